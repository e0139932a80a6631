// SPDX-License-Identifier: Apache-2.0
// Events as AWS sends them, with every field that it documents: a REST API (version 1), an HTTP API (version 2), a
// function URL (version 2), and SQS. Where the three differ, so do these.
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, SQSEvent } from 'aws-lambda';

export interface Asked {
  method?: string;
  path?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  cookies?: string[];
  body?: string | Uint8Array;
  /** Version 1's resource or version 2's route, such as `/api/{proxy+}`, with what it matched. */
  route?: string;
  parameters?: Record<string, string>;
  stage?: string;
  domain?: string;
}

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';
const SOURCE_IP = '203.0.113.17';

/** API Gateway, REST API, Lambda proxy integration. */
export function restEvent(asked: Asked = {}): APIGatewayProxyEvent {
  const { method = 'GET', path = '/', query, route = '/{proxy+}', stage = 'prod' } = asked;
  const domainName = asked.domain ?? 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
  const headers = {
    Accept: '*/*',
    'Accept-Encoding': 'gzip, deflate, br',
    'CloudFront-Forwarded-Proto': 'https',
    'CloudFront-Is-Desktop-Viewer': 'true',
    'CloudFront-Is-Mobile-Viewer': 'false',
    'CloudFront-Is-SmartTV-Viewer': 'false',
    'CloudFront-Is-Tablet-Viewer': 'false',
    'CloudFront-Viewer-Country': 'DE',
    Host: domainName,
    'User-Agent': BROWSER,
    Via: '2.0 0123456789abcdef.cloudfront.net (CloudFront)',
    'X-Amz-Cf-Id': 'q4-Hf3sLrJ8Vq9vOq0g2VZ5p6m9sUuZkY0jv3T4uA1bC2dE3fG4hIw==',
    'X-Amzn-Trace-Id': 'Root=1-67891233-abcdef012345678912345678',
    'X-Forwarded-For': `${SOURCE_IP}, 130.176.1.98`,
    'X-Forwarded-Port': '443',
    'X-Forwarded-Proto': 'https',
    ...(asked.cookies && { Cookie: asked.cookies.join('; ') }),
    ...asked.headers,
  };
  const parameters = asked.parameters ?? (route === '/{proxy+}' ? { proxy: path.slice(1) } : null);
  return {
    resource: route,
    path,
    httpMethod: method,
    headers,
    multiValueHeaders: multiValue(headers),
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: query ? multiValue(query) : null,
    pathParameters: parameters,
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'a1b2c3d4e5',
      authorizer: null,
      domainName,
      domainPrefix: domainName.split('.')[0],
      extendedRequestId: 'JKJaXmPLvHcESHA=',
      httpMethod: method,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: SOURCE_IP,
        user: null,
        userAgent: BROWSER,
        userArn: null,
      },
      path: asked.domain ? path : `/${stage}${path}`,
      protocol: 'HTTP/1.1',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      requestTime: '09/Apr/2026:12:34:56 +0000',
      requestTimeEpoch: 1775738096000,
      resourceId: '123456',
      resourcePath: route,
      stage,
    },
    ...body(asked),
  };
}

/** API Gateway, HTTP API, payload format 2.0. */
export function httpEvent(asked: Asked = {}): APIGatewayProxyEventV2 {
  const domainName = asked.domain ?? 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
  const event = version2({ ...asked, domain: domainName });
  return {
    ...event,
    routeKey: asked.route ? `ANY ${asked.route}` : '$default',
    ...(asked.parameters && { pathParameters: asked.parameters }),
    requestContext: {
      ...event.requestContext,
      apiId: 'a1b2c3d4e5',
      routeKey: asked.route ? `ANY ${asked.route}` : '$default',
      stage: asked.stage ?? '$default',
    },
    stageVariables: {},
  };
}

/** A function URL: payload format 2.0 without an API Gateway. */
export function urlEvent(asked: Asked = {}): APIGatewayProxyEventV2 {
  return version2({ ...asked, domain: asked.domain ?? 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws' });
}

/** A batch of a FIFO queue. */
export function sqsEvent(...bodies: string[]): SQSEvent {
  return {
    Records: bodies.map((text, i) => ({
      messageId: `059f36b4-87a3-44ab-83d2-66197592ea${String(i).padStart(2, '0')}`,
      receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
      body: text,
      attributes: {
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: '1775738097000',
        MessageDeduplicationId: '1',
        MessageGroupId: '1',
        SenderId: 'AIDAIO23YVJENQZJOL4VO',
        SentTimestamp: '1775738096000',
        SequenceNumber: '18849496460467696128',
      },
      messageAttributes: {},
      md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:jobs.fifo',
      awsRegion: 'us-east-1',
    })),
  };
}

function version2(asked: Asked & { domain: string }): APIGatewayProxyEventV2 {
  const { method = 'GET', path = '/', query, domain, cookies } = asked;
  const rawQueryString = new URLSearchParams(query).toString();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString,
    ...(cookies && { cookies }),
    headers: {
      accept: '*/*',
      'accept-encoding': 'gzip, deflate, br',
      'content-length': '0',
      host: domain,
      'user-agent': BROWSER,
      'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678',
      'x-forwarded-for': SOURCE_IP,
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      ...asked.headers,
    },
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: domain.includes('lambda-url') ? 'anonymous' : '123456789012',
      apiId: domain.split('.')[0] ?? '',
      domainName: domain,
      domainPrefix: domain.split('.')[0] ?? '',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: SOURCE_IP, userAgent: BROWSER },
      requestId: 'e1506fd5-9e7b-434f-bd42-4f8fa224b599',
      routeKey: '$default',
      stage: '$default',
      time: '09/Apr/2026:12:34:56 +0000',
      timeEpoch: 1775738096000,
    },
    ...(asked.body !== undefined && (body(asked) as { body: string; isBase64Encoded: boolean })),
    ...(asked.body === undefined && { isBase64Encoded: false }),
  } as APIGatewayProxyEventV2;
}

function body({ body: given }: Asked): { body: string | null; isBase64Encoded: boolean } {
  if (given === undefined) return { body: null, isBase64Encoded: false };
  if (typeof given === 'string') return { body: given, isBase64Encoded: false };
  return { body: Buffer.from(given).toString('base64'), isBase64Encoded: true };
}

const multiValue = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
