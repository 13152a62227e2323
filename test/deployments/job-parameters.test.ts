import { expect, test } from '@jest/globals';
import { editedFields, JOB_PARAMETERS, toJobParameters } from '../../src/deployments/job-parameters.ts';
import { aHost } from './bench.ts';
import { aDeployment, anInstance, aRelease } from './records.ts';

const instance = anInstance();
const { release } = aRelease(instance);
const deployment = aDeployment(instance);
const sent = toJobParameters({ deploymentId: deployment.id, instance, host: aHost(), release });

test('a job is sent both ids, and copies for people to read', () => {
  expect(sent).toEqual({
    DEPLOYMENT_ID: deployment.id,
    INSTANCE_ID: instance.id,
    PRODUCT_ID: 'hello',
    ENV: 'prod',
    TARGET_HOST: '100.64.30.11',
    SSH_USER: 'ark',
    WEB_SERVICE: 'web',
    WEB_PORT: '8080',
  });
});

test('a removal has no web service, since it has no release', () => {
  const removal = toJobParameters({ deploymentId: deployment.id, instance, host: aHost() });

  expect(removal).toMatchObject({ WEB_SERVICE: '', WEB_PORT: '' });
});

test('what we sent is not edited, nor is what was left blank or away', () => {
  expect(editedFields(sent, sent)).toEqual([]);
  expect(editedFields({ INSTANCE_ID: instance.id }, sent)).toEqual([]);
  expect(editedFields({ ...sent, TARGET_HOST: '', ENV: '' }, sent)).toEqual([]);
});

test.each(JOB_PARAMETERS)('another %s is found', (name) => {
  expect(editedFields({ ...sent, [name]: 'other' }, sent)).toEqual([name]);
});

test('all edited fields are listed, and parameters that are not ours are nothing to us', () => {
  expect(editedFields({ ...sent, ENV: 'dev', WEB_PORT: '22', THEIRS: 'x' }, sent)).toEqual([
    'ENV',
    'WEB_PORT',
  ]);
});

test('blanks around a value are an edit: Jenkins hands them to the job as they are', () => {
  expect(editedFields({ ...sent, TARGET_HOST: ` ${aHost().address}` }, sent)).toEqual(['TARGET_HOST']);
});
