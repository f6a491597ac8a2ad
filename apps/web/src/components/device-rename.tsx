import type { Device } from '@anypath/client';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { problemText } from '../i18n/problem-text.ts';
import { useText } from '../i18n/use-text.ts';
import { deviceNameProblem } from '../model/device-name.ts';
import { useModel } from '../model/model.ts';
import { FieldError } from './field-error.tsx';

/** Changes the name of a device where it stands. Enter saves, Escape leaves it. */
export function DeviceRename({ device, onDone }: { device: Device; onDone: () => void }) {
  const { devices } = useModel();
  const text = useText();
  const field = useRef<HTMLInputElement>(null);
  const error = useId();
  const [name, setName] = useState(device.name);
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => field.current?.select(), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    const found = deviceNameProblem(name) ?? (await devices.rename(device.keyId, name));
    setBusy(false);
    setProblem(found);
    if (found) field.current?.focus();
    else onDone();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    onDone();
  };

  return (
    <form class="device-form" onSubmit={submit} onKeyDown={onKeyDown} noValidate>
      <input
        ref={field}
        data-test="device-name"
        value={name}
        aria-label={text.devices.name}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? error : undefined}
        autocomplete="off"
        onInput={(event) => {
          setName(event.currentTarget.value);
          setProblem(undefined);
        }}
      />
      {problem && <FieldError id={error}>{problemText(text, problem)}</FieldError>}
      <div class="device-form-actions">
        <button type="button" class="button-plain" data-test="device-cancel" onClick={onDone}>
          {text.devices.cancel}
        </button>
        <button type="submit" class="button-primary" data-test="device-save" aria-disabled={isBusy}>
          {text.devices.save}
        </button>
      </div>
    </form>
  );
}
