import { Button, Textarea, TextInput } from '@mantine/core';

import type { TemplateText } from '../../api';
import styles from './routing.module.css';

interface Props {
  templates: TemplateText[];
  change: (templates: TemplateText[]) => void;
}

/** Templates that stand beside the text: each has a name and is called by what it defines. */
export function Templates({ templates, change }: Props) {
  const put = (at: number, part: Partial<TemplateText>) =>
    change(templates.map((one, index) => (index === at ? { ...one, ...part } : one)));
  return (
    <>
      {templates.map((template, index) => (
        <fieldset key={index} className={styles.template}>
          <legend>Template {index + 1}</legend>
          <TextInput
            label="Name"
            value={template.name}
            onChange={(event) => put(index, { name: event.currentTarget.value })}
          />
          <Textarea
            label="What it defines"
            autosize
            minRows={3}
            maxRows={16}
            spellCheck={false}
            classNames={{ input: styles.editor ?? '' }}
            value={template.text}
            onChange={(event) => put(index, { text: event.currentTarget.value })}
          />
          <Button
            variant="subtle"
            color="red"
            c="var(--op-bad)"
            onClick={() => change(templates.filter((_, at) => at !== index))}
          >
            Take it out
          </Button>
        </fieldset>
      ))}
      <Button
        mt="sm"
        variant="subtle"
        onClick={() =>
          change([
            ...templates,
            { name: `ours-${templates.length + 1}.tmpl`, text: '{{ define "ours" }}\n{{ end }}\n' },
          ])
        }
      >
        Add a template
      </Button>
    </>
  );
}
