import {
  Body,
  Controller,
  Delete,
  createParamDecorator,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { ProvisionedUserRecord } from '@guise/persistence';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AuthorityConfig } from '../config.js';
import { Requires, type RouteLimits } from '../http/permission.js';
import { CallingProvisioner, type ProvisioningPrincipal } from '../http/principal.js';
import { SCIM_CONTENT_TYPE } from '../http/scim-error.js';
import { CONFIG } from '../ports/tokens.js';
import { applyPatch } from './patch.js';
import { listQuery, MAX_BODY_BYTES, patchRequest, scimUser, type ScimUser } from './schemas.js';
import { ScimUsers } from './scim-users.service.js';
import { resourceTypes, schemas, serviceProviderConfig } from './service-description.js';
import { replacedFields, type UserFields } from './user-fields.js';
import { listResponse, userResource, versionOf } from './user-resource.js';

const LIMITS: RouteLimits = { bulkRate: true, maxBodyBytes: MAX_BODY_BYTES };
/** Another text than an id of ours is nobody's. */
const userId = z.string().max(128);
/** The version that the client knows. */
const IfMatch = createParamDecorator(
  (_data: unknown, context) => context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'],
);

/** SCIM 2.0 (RFC 7644) for the organisation's identity provider. Described by SCIM itself and not in the OpenAPI document. */
@ApiExcludeController()
@Controller('scim/v2')
export class ScimController {
  constructor(
    @Inject(CONFIG) private readonly config: AuthorityConfig,
    private readonly users: ScimUsers,
  ) {}

  @Get('ServiceProviderConfig')
  @Requires('provisioning', LIMITS)
  @Header('content-type', SCIM_CONTENT_TYPE)
  serviceProviderConfig() {
    return serviceProviderConfig(this.config.publicUrl);
  }

  @Get('ResourceTypes')
  @Requires('provisioning', LIMITS)
  @Header('content-type', SCIM_CONTENT_TYPE)
  resourceTypes() {
    return resourceTypes(this.config.publicUrl);
  }

  @Get('Schemas')
  @Requires('provisioning', LIMITS)
  @Header('content-type', SCIM_CONTENT_TYPE)
  schemas() {
    return schemas(this.config.publicUrl);
  }

  @Get('Users')
  @Requires('provisioning', LIMITS)
  @Header('content-type', SCIM_CONTENT_TYPE)
  async list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>) {
    const { total, startIndex, users } = await this.users.list(query);
    return listResponse(
      total,
      startIndex,
      users.map((user) => userResource(user, this.config.publicUrl)),
    );
  }

  @Post('Users')
  @Requires('provisioning', LIMITS)
  @Header('content-type', SCIM_CONTENT_TYPE)
  async create(
    @Body({ schema: scimUser }) body: ScimUser,
    @CallingProvisioner() client: ProvisioningPrincipal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const resource = this.answer(reply, await this.users.create(client, body));
    void reply.header('location', resource.meta.location);
    return resource;
  }

  @Get('Users/:id')
  @Requires('provisioning', LIMITS)
  @Header('content-type', SCIM_CONTENT_TYPE)
  async read(@Param('id', { schema: userId }) id: string, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.answer(reply, await this.users.read(id));
  }

  @Put('Users/:id')
  @Requires('provisioning', LIMITS)
  @Header('content-type', SCIM_CONTENT_TYPE)
  async replace(
    @Param('id', { schema: userId }) id: string,
    @Body({ schema: scimUser }) body: ScimUser,
    @IfMatch() expected: string | undefined,
    @CallingProvisioner() client: ProvisioningPrincipal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const change = (before: UserFields) => replacedFields(before, body);
    return this.answer(reply, await this.users.change(client, id, expected, change));
  }

  @Patch('Users/:id')
  @Requires('provisioning', LIMITS)
  @Header('content-type', SCIM_CONTENT_TYPE)
  async patch(
    @Param('id', { schema: userId }) id: string,
    @Body({ schema: patchRequest }) body: z.infer<typeof patchRequest>,
    @IfMatch() expected: string | undefined,
    @CallingProvisioner() client: ProvisioningPrincipal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const change = (before: UserFields) => applyPatch(before, body.Operations);
    return this.answer(reply, await this.users.change(client, id, expected, change));
  }

  @Delete('Users/:id')
  @Requires('provisioning', LIMITS)
  @HttpCode(204)
  remove(
    @Param('id', { schema: userId }) id: string,
    @IfMatch() expected: string | undefined,
    @CallingProvisioner() client: ProvisioningPrincipal,
  ): Promise<void> {
    return this.users.remove(client, id, expected);
  }

  private answer(reply: FastifyReply, user: ProvisionedUserRecord) {
    void reply.header('etag', versionOf(user));
    return userResource(user, this.config.publicUrl);
  }
}
