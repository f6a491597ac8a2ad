/** The reference: a bare Fastify handler that returns the same bytes: the body of the environment variable BODY, with the headers of HEADERS. */
import Fastify from 'fastify';

const body = process.env['BODY'] ?? '';
const headers = JSON.parse(process.env['HEADERS'] ?? '{}') as Record<string, string>;
const app = Fastify();
app.get('/api/v1/rtc/ice', (_request, reply) => {
  reply.headers(headers).send(body);
});
console.log(`listening on ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
