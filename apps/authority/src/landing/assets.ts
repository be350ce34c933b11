import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';

const FOLDER = join(import.meta.dirname, '../../assets');

/** The landing page's files, read once at start. */
@Injectable()
export class Assets {
  readonly page = read('index.html');
  readonly style = read('guise.css');
  readonly script = read('landing.js');
  readonly mark = read('mark.svg');
  readonly account = read('account.html');
  readonly accountScript = read('account.js');
  readonly portrait = read('portrait.html');
  readonly portraitScript = read('portrait.js');
  readonly noticeAddressScript = read('notice-address.js');
  readonly providerScript = read('provider.js');
}

function read(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}
