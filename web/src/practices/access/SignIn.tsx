import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';

import { access, asProblem, keys, type Problem } from '../../api';
import { ProblemBox } from '../../ui/States';
import { Door } from './Door';

export function SignIn() {
  const { next } = useSearch({ from: '/sign-in' });
  const router = useRouter();
  const client = useQueryClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, setPending] = useState(false);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');

  const enter = async (event: SubmitEvent) => {
    event.preventDefault();
    setPending(true);
    setProblem(null);
    try {
      await access.signIn(name, password);
      client.removeQueries({ queryKey: keys.session });
      await router.navigate({ href: safe(next), replace: true });
    } catch (error) {
      setProblem(asProblem(error));
      setPassword('');
    } finally {
      setPending(false);
    }
  };
  return (
    <Door
      title="Sign in"
      intro="With your account on this server."
      foot="Forgot the password? An administrator sets a new one under Settings, Accounts."
    >
      <form onSubmit={(event) => void enter(event)}>
        <Stack gap="sm">
          {problem && (
            <ProblemBox
              title={problem.status === 401 ? 'Name or password is wrong.' : problem.message}
              remedy={problem.details.remedy ?? null}
            />
          )}
          <TextInput
            label="User name"
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
            autoFocus
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
          />
          <Button type="submit" size="sm" fullWidth loading={pending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </Door>
  );
}

/** Only addresses of this site. */
function safe(next: string | undefined): string {
  return next?.startsWith('/') && !next.startsWith('//') ? next : '/';
}
