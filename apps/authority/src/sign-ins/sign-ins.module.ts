import { Module } from '@nestjs/common';
import { SignInsController } from './sign-ins.controller.js';
import { SignInThrottle } from './sign-in-throttle.js';
import { SignIns } from './sign-ins.js';

@Module({
  controllers: [SignInsController],
  providers: [SignIns, SignInThrottle],
  exports: [SignIns, SignInThrottle],
})
export class SignInsModule {}
