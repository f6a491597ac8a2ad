import type { Link } from '@anypath/client';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { inspectionText } from '../model/inspection.ts';
import { shortName } from '../model/wallet-name.ts';
import { CopyButton } from './copy-button.tsx';
import { InspectorFacts } from './inspector-facts.tsx';
import { TraceList } from './trace-list.tsx';
import { useInspection } from './use-inspection.ts';

/** What a link does, live: path, times, candidates, and the latest events (SPEC S6.3). */
export function InspectorDialog({ link, onClose }: { link: Link; onClose: () => void }) {
  const { inspector } = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const inspection = useInspection(link);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="dialog inspector"
      data-test="inspector"
      aria-labelledby="inspector-title"
      aria-describedby="inspector-about"
      onClose={onClose}
    >
      <h2 id="inspector-title">{inspector.title(shortName(link.peer))}</h2>
      <p id="inspector-about" class="hint">
        {inspector.about}
      </p>
      <div role="status">{!inspection && <p class="hint late">{inspector.reading}</p>}</div>
      {inspection && (
        <>
          <InspectorFacts stats={inspection.stats} />
          <h3 id="inspector-log">{inspector.log}</h3>
          <TraceList trace={inspection.trace} labelledBy="inspector-log" />
        </>
      )}
      <div class="dialog-actions">
        {inspection && <CopyButton name="inspector-copy" words={inspector} text={() => inspectionText(inspection)} />}
        <button
          type="button"
          class="button-primary"
          data-test="inspector-close"
          onClick={() => dialog.current?.close()}
        >
          {inspector.close}
        </button>
      </div>
    </dialog>
  );
}
