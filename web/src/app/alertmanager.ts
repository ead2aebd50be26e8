/**
 * Links of Alertmanager's own pages, as its templates of messages write them: where the same is
 * found here. `#/alerts?receiver=ops` is in every default message.
 */
export function fromAlertmanager(hash: string): string | undefined {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  if (path === '/alerts' || path === '/') {
    const asked = new URLSearchParams(query);
    const kept = new URLSearchParams();
    const receiver = asked.get('receiver');
    const conditions = asked.get('filter')?.trim().replace(/^\{/, '').replace(/\}$/, '').trim();
    if (receiver) kept.set('receiver', receiver);
    if (conditions) kept.set('matching', conditions);
    if (asked.get('silenced') === 'false') kept.set('silenced', 'false');
    return kept.size > 0 ? `/alerts?${kept.toString()}` : '/alerts';
  }
  if (path === '/silences' || path.startsWith('/silences/')) return '/silences';
  if (path === '/status') return '/alerts/routing';
  return undefined;
}
