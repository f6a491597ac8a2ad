import { render } from 'preact';
import { browserStorage } from '../model/browser-storage.ts';
import { Preferences } from '../model/preferences.ts';
import '../styles/check-page.css';
import { CheckModel } from './check-model.ts';
import { CheckPage } from './check-page.tsx';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');

const preferences = new Preferences(browserStorage('localStorage'), navigator.languages);
preferences.applyTo(document.documentElement);
render(<CheckPage model={new CheckModel()} preferences={preferences} />, root);
