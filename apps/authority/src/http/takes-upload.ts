import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { UploadForm } from './upload.js';

export const UPLOAD_FORM_KEY = 'guise:upload-form';

/** Documents a route that takes a multipart form; receive it with `Uploads.receive` and the same form. */
export function TakesUpload(form: UploadForm) {
  const texts = (form.fields ?? []).map((name) => [name, { type: 'string' }] as const);
  return applyDecorators(
    SetMetadata(UPLOAD_FORM_KEY, form),
    ApiConsumes('multipart/form-data'),
    ApiBody({
      required: true,
      schema: {
        type: 'object',
        required: [form.file, ...(form.fields ?? [])],
        properties: {
          ...Object.fromEntries(texts),
          [form.file]: {
            type: 'string',
            format: 'binary',
            description: `at most ${Math.floor(form.maxBytes / 2 ** 20)} MiB`,
          },
        },
      },
    }),
  );
}
