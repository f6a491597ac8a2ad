import { beforeEach } from 'vitest';
import { labObstacle } from './network/requirements.ts';

const obstacle = labObstacle();

beforeEach((context) => {
  if (obstacle) context.skip(obstacle);
});
