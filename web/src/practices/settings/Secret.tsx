import { CopyBox } from '../../ui/CopyBox';

/** A secret that is shown once. */
export function Secret({ name, secret }: { name: string; secret: string }) {
  return (
    <div role="status">
      <p style={{ margin: '0 0 6px', fontSize: 13 }}>
        <b>{name}</b> is made. Copy its secret now: it is not stored readably and will not be shown
        again.
      </p>
      <CopyBox text={secret} label={`secret of ${name}`} wrap />
    </div>
  );
}
