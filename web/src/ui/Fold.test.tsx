import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';

import { Fold } from './Fold';

afterEach(cleanup);

function show(items: string[]) {
  render(
    <MantineProvider>
      <Fold items={items} first={2} more={`Show all ${items.length}`} less="Show less">
        {(shown) => <p>{shown.join(' ')}</p>}
      </Fold>
    </MantineProvider>,
  );
}

test('a long list begins folded, says how long it is, and unfolds whole', () => {
  show(['a', 'b', 'c', 'd']);
  expect(screen.getByText('a b')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Show all 4', expanded: false }));
  expect(screen.getByText('a b c d')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Show less', expanded: true }));
  expect(screen.getByText('a b')).toBeTruthy();
});

test('a list that fits has no button', () => {
  show(['a', 'b']);
  expect(screen.getByText('a b')).toBeTruthy();
  expect(screen.queryByRole('button')).toBeNull();
});
