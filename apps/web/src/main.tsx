import { render } from 'preact';
import { App } from './components/app.tsx';
import { createModel, ModelContext } from './model/model.ts';
import './styles/index.css';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');

const model = createModel();
model.preferences.applyTo(document.documentElement);
model.start();
render(
  <ModelContext.Provider value={model}>
    <App />
  </ModelContext.Provider>,
  root,
);
