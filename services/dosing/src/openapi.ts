import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** What dosing offers over HTTP, from the same schemas that check the requests. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('BCMed dosing')
    .setDescription(
      'Order a dose, sign, override, withdraw, stop; see infusions, pumps and the drug library.',
    )
    .setVersion('1')
    .build();
  return SwaggerModule.createDocument(app, settings);
}

/** Serves the document at `/openapi.json`, and for people at `/docs`. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), { jsonDocumentUrl: 'openapi.json' });
}
