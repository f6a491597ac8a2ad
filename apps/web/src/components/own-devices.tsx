import { useId } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { DeviceRow } from './device-row.tsx';
import { FieldError } from './field-error.tsx';

const LIST = 'own-devices';

/** The person's devices, each with what can be done about it. Nothing while there is no connection. */
export function OwnDevices() {
  const { devices } = useModel();
  const text = useText();
  const title = useId();
  const list = devices.list.value;
  const problem = devices.problem.value;
  if (!list && !problem) return null;
  return (
    <section class="devices" data-test="devices" aria-labelledby={title}>
      <h2 id={title}>{text.devices.title}</h2>
      <p class="hint">{text.devices.hint}</p>
      {problem && <FieldError id="devices-error">{text.errors[problem]}</FieldError>}
      <ul id={LIST}>
        {list?.map((device, index) => (
          <DeviceRow
            key={device.keyId}
            device={device}
            isHere={device.keyId === devices.here.value}
            list={LIST}
            index={index}
          />
        ))}
      </ul>
    </section>
  );
}
