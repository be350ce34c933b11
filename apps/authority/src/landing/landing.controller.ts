import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Requires } from '../http/permission.js';
import { ApiDocument } from './api-document.js';
import { Assets } from './assets.js';
import { renderReference } from './reference-page.js';

const HTML = 'text/html; charset=utf-8';

@ApiExcludeController()
@Controller()
export class LandingController {
  constructor(
    private readonly assets: Assets,
    private readonly api: ApiDocument,
  ) {}

  @Get()
  @Requires('public')
  @Header('content-type', HTML)
  page(): string {
    return this.assets.page;
  }

  @Get('account')
  @Requires('public')
  @Header('content-type', HTML)
  account(): string {
    return this.assets.account;
  }

  @Get('assets/account.js')
  @Requires('public')
  @Header('content-type', 'text/javascript; charset=utf-8')
  accountScript(): string {
    return this.assets.accountScript;
  }

  @Get('portrait')
  @Requires('public')
  @Header('content-type', HTML)
  portrait(): string {
    return this.assets.portrait;
  }

  @Get('assets/portrait.js')
  @Requires('public')
  @Header('content-type', 'text/javascript; charset=utf-8')
  portraitScript(): string {
    return this.assets.portraitScript;
  }

  @Get('assets/notice-address.js')
  @Requires('public')
  @Header('content-type', 'text/javascript; charset=utf-8')
  noticeAddressScript(): string {
    return this.assets.noticeAddressScript;
  }

  @Get('assets/provider.js')
  @Requires('public')
  @Header('content-type', 'text/javascript; charset=utf-8')
  providerScript(): string {
    return this.assets.providerScript;
  }

  @Get('assets/guise.css')
  @Requires('public')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return this.assets.style;
  }

  @Get('assets/landing.js')
  @Requires('public')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return this.assets.script;
  }

  @Get('assets/mark.svg')
  @Requires('public')
  @Header('content-type', 'image/svg+xml')
  mark(): string {
    return this.assets.mark;
  }

  @Get('docs')
  @Requires('public')
  @Header('content-type', HTML)
  reference(): string {
    return renderReference(this.api.read());
  }

  @Get('openapi.json')
  @Requires('public')
  @Header('content-type', 'application/json; charset=utf-8')
  openApi(): string {
    return JSON.stringify(this.api.read());
  }
}
