import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';

export function FieldError({ id, children }: { id: string; children: ComponentChildren }) {
  return (
    <p id={id} class="field-error" role="alert">
      <Icon name="warning" />
      <span>{children}</span>
    </p>
  );
}
