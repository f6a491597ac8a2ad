import type { Path } from '@anypath/client';
import { useText } from '../i18n/use-text.ts';
import { Icon } from './icon.tsx';

export function PathBadge({ path }: { path: Path }) {
  const text = useText();
  return (
    <span class={`badge badge-${path}`}>
      <Icon name={path} />
      <span class="visually-hidden">{text.path.label}: </span>
      {text.path.names[path]}
    </span>
  );
}
