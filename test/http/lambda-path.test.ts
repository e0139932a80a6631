// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { appPath, type HttpEvent } from '../../src/http/lambda/app-path.js';
import { type Asked, httpEvent, restEvent, urlEvent } from './lambda-events.js';

const CUSTOM = 'videos.example.com';
const rest = (asked: Asked) => appPath(restEvent(asked) as HttpEvent);
const http = (asked: Asked) => appPath(httpEvent(asked) as HttpEvent);
const url = (asked: Asked) => appPath(urlEvent(asked) as HttpEvent);

describe('the path within the app', () => {
  test('REST API: its own domain has the stage outside of the path', () => {
    expect(rest({ path: '/api/experiments/a' })).toEqual({ prefix: '', path: '/api/experiments/a' });
    expect(rest({ path: '/', route: '/' })).toEqual({ prefix: '', path: '/' });
    expect(rest({ path: '/prod/x', stage: 'prod' })).toEqual({ prefix: '', path: '/prod/x' });
  });

  test('REST API: a base path of a custom domain', () => {
    const proxied = { domain: CUSTOM, parameters: { proxy: 'api/jobs/a~exact' } };
    expect(rest({ path: '/v1/api/jobs/a~exact', ...proxied })).toEqual({ prefix: '/v1', path: '/api/jobs/a~exact' });
    expect(rest({ path: '/team/v1/api/jobs/a~exact', ...proxied })?.prefix).toBe('/team/v1');
    expect(rest({ path: '/v1', route: '/', domain: CUSTOM })).toEqual({ prefix: '/v1', path: '/' });
    const fixed = { route: '/api/{proxy+}', parameters: { proxy: 'jobs/b' }, domain: CUSTOM };
    expect(rest({ path: '/v1/api/jobs/b/', ...fixed })).toEqual({ prefix: '/v1', path: '/api/jobs/b/' });
  });

  test('REST API: rawPath is not taken for version 2', () => {
    const event = { ...restEvent({ path: '/api/jobs/a' }), rawPath: '/v1/api/jobs/a' };
    expect(appPath(event as HttpEvent)).toEqual({ prefix: '', path: '/api/jobs/a' });
  });

  test('HTTP API: a stage is in the path, but not on a custom domain', () => {
    expect(http({ path: '/api/jobs/a' })).toEqual({ prefix: '', path: '/api/jobs/a' });
    expect(http({ path: '/prod/api/jobs/a', stage: 'prod' })).toEqual({ prefix: '/prod', path: '/api/jobs/a' });
    expect(http({ path: '/prod', stage: 'prod' })).toEqual({ prefix: '/prod', path: '/' });
    expect(http({ path: '/production', stage: 'prod' })).toEqual({ prefix: '', path: '/production' });
    expect(http({ path: '/api/jobs/a', stage: 'api', domain: CUSTOM })).toEqual({ prefix: '', path: '/api/jobs/a' });
  });

  test('HTTP API: a route tells the base path', () => {
    const route = { route: '/{proxy+}', parameters: { proxy: 'api/jobs/a' }, domain: CUSTOM };
    expect(http({ path: '/base/api/jobs/a', ...route })).toEqual({ prefix: '/base', path: '/api/jobs/a' });
  });

  test('a function URL has nothing in front', () => {
    expect(url({ path: '/api/experiments/a%20b' })).toEqual({ prefix: '', path: '/api/experiments/a%20b' });
  });

  test.each([
    ['/api/experiments/a?variant=exact', '/api/experiments/a%3Fvariant=exact'],
    ['/api/experiments/a#b', '/api/experiments/a%23b'],
    ['/api/experiments/<script>', '/api/experiments/%3Cscript%3E'],
    ['/api/experiments/ä \ud800', '/api/experiments/%C3%A4%20%EF%BF%BD'],
    ['//elsewhere.example/x', '//elsewhere.example/x'],
    ['@elsewhere.example', '/@elsewhere.example'],
    ['/%E0%A4%A', '/%E0%A4%A'],
    ['', '/'],
  ])('what is decoded or hostile stays a path: %s', (path, expected) => {
    for (const place of [url({ path }), http({ path })]) expect(place).toEqual({ prefix: '', path: expected });
    expect(appPath({ ...restEvent({ path }), resource: undefined } as unknown as HttpEvent)?.path).toBe(expected);
  });

  test('nothing of the path but a plain prefix is cut off', () => {
    const lying = { path: '/a?b/api/x', route: '/{proxy+}', parameters: { proxy: 'api/x' } };
    expect(rest(lying)).toEqual({ prefix: '', path: '/a%3Fb/api/x' });
  });

  test('events that are no HTTP request', () => {
    expect(appPath({})).toBeUndefined();
    expect(appPath({ path: 7 } as unknown as HttpEvent)).toBeUndefined();
  });
});
