import { useModel } from '../model/model.ts';

export function MessageTime({ at }: { at: number }) {
  const { preferences } = useModel();
  const date = new Date(at);
  const language = preferences.language.value;
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString(language)}>
      {date.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })}
    </time>
  );
}
