import { render } from 'preact';
import { browserStorage } from '../model/browser-storage.ts';
import { Preferences } from '../model/preferences.ts';
import 'uplot/dist/uPlot.min.css';
import '../styles/ops-page.css';
import { OpsModel } from './ops-model.ts';
import { OpsPage } from './ops-page.tsx';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');

const preferences = new Preferences(browserStorage('localStorage'), navigator.languages);
preferences.applyTo(document.documentElement);
const model = new OpsModel();
model.start();
render(<OpsPage model={model} preferences={preferences} />, root);
