import {
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import { type SubmitEvent, useState } from 'react';

import type { Allowed, CommandField } from '../api';
import { fromLocalInput, localInput } from '../ui/clock';
import { IncidentSelect } from './IncidentSelect';
import { ItemSelect } from './ItemSelect';
import { itemName, words } from './words';

type Values = Record<string, string | number | boolean | null>;

interface Props {
  command: Allowed;
  /** Fields that the place of the button already answers; they are not asked. */
  preset?: Values;
  /** What to start from. */
  initial?: Values;
  pending: boolean;
  problemField?: string | null;
  problemText?: string;
  submit: (values: Values) => void;
  cancel: () => void;
}

/** The fields of a command, drawn from what the server says they are. */
export function CommandForm(props: Props) {
  const { command, preset = {}, initial = {}, pending, submit, cancel } = props;
  const fields = command.fields.filter((field) => !(field.name in preset));
  const [values, setValues] = useState<Values>(initial);

  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const filled = Object.fromEntries(
      Object.entries({ ...values, ...preset }).filter(
        ([, value]) => value !== '' && value !== null,
      ),
    );
    submit(filled);
  };
  return (
    <form onSubmit={send}>
      <Stack gap="sm">
        {fields.map((field, index) => (
          <Field
            key={field.name}
            field={field}
            focus={index === 0}
            value={values[field.name] ?? null}
            error={props.problemField === field.name ? props.problemText : undefined}
            onChange={(value) => setValues((before) => ({ ...before, [field.name]: value }))}
          />
        ))}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={cancel}>
            Back
          </Button>
          <Button type="submit" loading={pending} data-autofocus={fields.length === 0 || undefined}>
            {command.label}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldProps {
  field: CommandField;
  value: string | number | boolean | null;
  onChange: (value: string | number | boolean | null) => void;
  error: string | undefined;
  focus: boolean;
}

function Field({ field, value, onChange, error, focus }: FieldProps) {
  const common = {
    label: field.label || words(field.name),
    required: field.required,
    error,
    description: field.help ?? undefined,
    ...(focus ? { 'data-autofocus': true } : {}),
  };
  const text = typeof value === 'string' ? value : '';
  if (field.options && field.options.length > 0) {
    return (
      <Select
        {...common}
        data={field.options.map((option) =>
          typeof option === 'string'
            ? { value: option, label: optionLabel(option) }
            : { value: option.value, label: option.label },
        )}
        value={text || null}
        onChange={onChange}
        searchable={field.options.length > 8}
        clearable={!field.required}
        allowDeselect={!field.required}
        clearButtonProps={{ 'aria-label': `Clear ${common.label}` }}
      />
    );
  }
  const item = itemKindOf(field.kind);
  if (item !== undefined) {
    return (
      <ItemSelect
        label={common.label}
        required={field.required}
        error={error}
        description={common.description}
        value={text || null}
        onChange={onChange}
        presence={item === 'person'}
        {...(item ? { kind: item } : {})}
      />
    );
  }
  if (field.kind === 'incident') {
    return (
      <IncidentSelect
        label={common.label}
        required={field.required}
        error={error}
        value={text || null}
        onChange={onChange}
      />
    );
  }
  switch (field.kind) {
    case 'time':
    case 'datetime':
      return (
        <TextInput
          {...common}
          type="datetime-local"
          step={1}
          value={localInput(text)}
          onChange={(event) => onChange(fromLocalInput(event.currentTarget.value))}
        />
      );
    case 'number':
    case 'integer':
      return (
        <NumberInput
          {...common}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(typeof next === 'number' ? next : null)}
        />
      );
    case 'boolean':
      return (
        <Switch
          label={common.label}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'long_text':
    case 'longtext':
    case 'textarea':
    case 'markdown':
      return <LongText common={common} text={text} onChange={onChange} />;
    default:
      return /^(note|reason|text|description|resolution_note|action)$/.test(field.name) ? (
        <LongText common={common} text={text} onChange={onChange} />
      ) : (
        <TextInput
          {...common}
          type={field.kind === 'url' ? 'url' : 'text'}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

function LongText({
  common,
  text,
  onChange,
}: {
  common: object;
  text: string;
  onChange: (value: string) => void;
}) {
  return (
    <Textarea
      {...common}
      autosize
      minRows={2}
      maxRows={10}
      value={text}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** The kind of estate item that a field asks for; '' for any; undefined when it asks for none. */
function itemKindOf(kind: string): string | undefined {
  if (kind === 'item') return '';
  return ['team', 'person', 'service', 'product', 'component', 'usecase'].find(
    (known) => known === kind,
  );
}

function optionLabel(option: string): string {
  return option.includes('/') ? itemName(option) : /^P[1-5]$/.test(option) ? option : words(option);
}
