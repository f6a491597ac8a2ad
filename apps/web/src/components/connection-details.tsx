import type { Path } from '@anypath/client';
import { useState } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { Icon } from './icon.tsx';
import { InspectorDialog } from './inspector-dialog.tsx';
import { LastMessageFacts } from './last-message-facts.tsx';
import { PathBadge } from './path-badge.tsx';
import { SelectedPairFacts } from './selected-pair-facts.tsx';

export function ConnectionDetails({ peer, path }: { peer: string; path: Path }) {
  const { account, conversations, devices } = useModel();
  const {
    details,
    inspector,
    path: { explained },
  } = useText();
  const [isOpen, setOpen] = useState(false);
  const [isInspected, setInspected] = useState(false);
  const phase = account.phase.value;
  const client = phase.name === 'connected' ? phase.client : undefined;
  const link = conversations.links.value.get(peer);
  return (
    <details class="details" data-test="details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="chevron" />
        {details.title}
      </summary>
      <dl class="facts">
        <dt>{details.wallet}</dt>
        <dd>{client?.wallet ?? details.unknown}</dd>
        <dt>{details.device}</dt>
        <dd>
          <code>{devices.here.value ?? details.unknown}</code>
        </dd>
        <dt>{details.path}</dt>
        <dd>
          <PathBadge path={path} /> {explained[path]}
        </dd>
        <LastMessageFacts entry={conversations.threads.value.get(peer)?.entries.findLast(({ mine }) => mine)} />
        {isOpen && <SelectedPairFacts link={link} path={path} />}
      </dl>
      {link && (
        <button type="button" class="button-plain inspect" data-test="inspect" onClick={() => setInspected(true)}>
          <Icon name="pulse" />
          {inspector.open}…
        </button>
      )}
      {link && isInspected && <InspectorDialog link={link} onClose={() => setInspected(false)} />}
    </details>
  );
}
