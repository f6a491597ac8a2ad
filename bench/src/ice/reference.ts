/** The reference: a bare Fastify handler that returns the bytes of the environment variable BODY. */
import Fastify from 'fastify';

const body = process.env['BODY'] ?? '';
const app = Fastify();
app.get('/api/v1/rtc/ice', (_request, reply) => {
  reply.type('application/json; charset=utf-8').send(body);
});
console.log(`listening on ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
