import { Button, Code, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';

import { access, asProblem, keys, type Problem } from '../../api';
import { ProblemBox } from '../../ui/States';
import { Door } from './Door';

export function SetUp() {
  const search = useSearch({ from: '/setup' });
  const router = useRouter();
  const client = useQueryClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, setPending] = useState(false);
  const [values, setValues] = useState({
    code: search.code ?? '',
    username: '',
    display_name: '',
    password: '',
  });
  const input = (field: keyof typeof values) => ({
    name: field,
    required: true,
    withAsterisk: false,
    value: values[field],
    error: problem?.details.field === field,
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setValues((before) => ({ ...before, [field]: value }));
    },
  });

  const create = async (event: SubmitEvent) => {
    event.preventDefault();
    setPending(true);
    setProblem(null);
    try {
      await access.setUp({ ...values, code: values.code.trim() });
      client.removeQueries({ queryKey: keys.session });
      const session = await client.query(access.session());
      if (session.state === 'anonymous') await access.signIn(values.username, values.password);
      client.removeQueries({ queryKey: keys.session });
      await router.navigate({ to: '/', replace: true });
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setPending(false);
    }
  };
  return (
    <Door
      title="Set up this server"
      intro={
        <>
          Nobody has an account yet. The server printed a <b>one-time code</b> when it started; look
          at the terminal or the log of <Code>operate serve</Code>. It proves that you run this
          server, and works once.
        </>
      }
      foot="You become the first administrator. Other people get their accounts from you."
    >
      <form onSubmit={(event) => void create(event)}>
        <Stack gap="sm">
          {problem && (
            <ProblemBox title={problem.message} remedy={problem.details.remedy ?? null} />
          )}
          <TextInput
            label="One-time code"
            autoComplete="one-time-code"
            spellCheck={false}
            autoFocus
            {...input('code')}
          />
          <TextInput label="Your name" autoComplete="name" {...input('display_name')} />
          <TextInput
            label="User name"
            description="Short, lower case: it stands in the journal beside everything you do."
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            {...input('username')}
          />
          <PasswordInput
            label="Password"
            description="A long one. Four random words are easy to remember and hard to guess."
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
            {...input('password')}
          />
          <Button type="submit" size="sm" fullWidth loading={pending}>
            Create the administrator
          </Button>
        </Stack>
      </form>
    </Door>
  );
}
