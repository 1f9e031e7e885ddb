import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Files in PEM. */
export interface Certificates {
  ca: string;
  cert: string;
  key: string;
}

/** A certificate authority of the test's own, and a server's certificate that it signed. */
export function makeCertificates(folder: string, name: string, address: string): Certificates {
  const at = (file: string): string => path.join(folder, `${name}-${file}`);
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { stdio: 'pipe' });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const [caKey, ca, key, request, cert, extra] = [
    ...['ca.key', 'ca.pem', 'key.pem', 'csr.pem', 'cert.pem', 'extra.cnf'],
  ].map(at);
  openssl('req', '-x509', ...fresh, '-days', '2', '-subj', '/CN=of the test', '-keyout', caKey, '-out', ca); // prettier-ignore
  openssl('req', ...fresh, '-subj', '/CN=redis', '-keyout', key, '-out', request);
  writeFileSync(extra, `subjectAltName=${address}\n`);
  openssl('x509', '-req', '-in', request, '-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', extra, '-out', cert); // prettier-ignore
  return { ca, cert, key };
}
