import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ForeignRequestError } from '../errors.js';

const LOCAL = new Set(['127.0.0.1', '[::1]', 'localhost']);

interface Request {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * Until there is a sign-in, only programs of this machine may speak here. A browser that shows a page from elsewhere is one
 * too: its request tells the page's origin, a name that was bent to this machine, or a form in place of JSON, and is refused.
 */
@Injectable()
export class LocalOnly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const { method, headers } = context.switchToHttp().getRequest<Request>();
    const host = textOf(headers['host']);
    if (!LOCAL.has(host.replace(/:\d+$/, '')))
      throw new ForeignRequestError('Ask 127.0.0.1 by its own name: the host of the request is another one.');
    const { origin } = headers;
    if (origin !== undefined && origin !== `http://${host}`)
      throw new ForeignRequestError('A page of another origin may not ask here.');
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (method === 'POST' && hasBody && !textOf(headers['content-type']).startsWith('application/json'))
      throw new ForeignRequestError('Send JSON: set content-type to application/json.');
    return true;
  }
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
