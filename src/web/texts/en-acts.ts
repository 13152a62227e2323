import type { ActsTexts, ActTexts } from './console-texts.ts';

export const EN_ACT: ActTexts = {
  why: 'Why?',
  whyHint: 'It is kept in the activity, with your name.',
  whyMissing: 'This needs a reason.',
  back: 'Back',
  sending: 'Sending…',
  emergency: 'In an emergency',
  emergencyLead: 'Only when the normal way is blocked. Each act is recorded with its reason.',
};

export const EN_ACTS: ActsTexts = {
  cancel: {
    offer: 'Cancel',
    title: (id) => `Cancel deployment ${id}?`,
    lead: 'The job is stopped and what it did is undone. What was live stays live.',
    confirm: 'Cancel the deployment',
  },
  cancelRemoval: {
    offer: 'Cancel',
    title: (id) => `Cancel removal ${id}?`,
    lead: 'This works only before it has begun on the host. The instance stays as it is.',
    confirm: 'Cancel the removal',
  },
  deployAgain: {
    offer: 'Deploy again',
    title: (id) => `Deploy ${id} again?`,
    lead: 'With the current version of the product and the same settings. The link stays the same.',
    confirm: 'Deploy',
  },
  remove: {
    offer: 'Delete',
    title: (id) => `Delete ${id}?`,
    lead: 'This cannot be undone.',
    confirm: 'Delete with its data',
  },
  forceFail: {
    offer: 'Force to fail',
    title: (id) => `Force ${id} to fail?`,
    lead: 'It ends now, without waiting for Jenkins: nothing of it goes live any more, and its host is free. The job may go on for a while in Jenkins. Where Cancel will do, use that.',
    confirm: 'Force to fail',
  },
  withdrawRoute: {
    offer: 'Withdraw the link',
    title: (id) => `Withdraw the link of ${id}?`,
    lead: 'The link leads nowhere any more. The containers stay as they are. A deployment brings it back.',
    confirm: 'Withdraw the link',
  },
  setRoute: {
    offer: 'Set the link',
    title: (id) => `Set the link of ${id}?`,
    lead: 'The link will lead to a container that runs already. First its host is asked whether it belongs to this instance.',
    confirm: 'Set the link',
    container: 'Container',
    containerHint: 'Its id in Docker: 12 to 64 hexadecimal digits.',
  },
  cordon: {
    offer: 'Cordon',
    title: (id) => `Close ${id} to new deployments?`,
    lead: 'What runs goes on; what waits, waits until it is opened.',
    confirm: 'Cordon the host',
  },
  uncordon: {
    offer: 'Uncordon',
    title: (id) => `Open ${id} to deployments?`,
    lead: 'What waits begins, in its order.',
    confirm: 'Uncordon the host',
  },
  freeze: {
    offer: 'Freeze new jobs',
    title: () => 'Freeze all new jobs?',
    lead: 'None is started, on no host, until they are unfrozen. What is in Jenkins already goes on.',
    confirm: 'Freeze',
  },
  unfreeze: {
    offer: 'Unfreeze jobs',
    title: () => 'Unfreeze jobs?',
    lead: 'What waits begins, in its order.',
    confirm: 'Unfreeze',
  },
  acceptGeneration: {
    offer: 'Accept the data store',
    title: () => 'Accept the data store as it is?',
    lead: 'What it holds now counts, even if it is older or empty: the links become what it says.',
    confirm: 'Accept',
  },
  revokeKey: {
    offer: 'Revoke',
    title: (id) => `Revoke key ${id}?`,
    lead: 'No callback signed with it is accepted any more. This cannot be undone: have another key in Jenkins first.',
    confirm: 'Revoke the key',
  },
  editProduct: {
    offer: 'Settings',
    title: (name) => `Settings of ${name}`,
    lead: 'They count for the next deployments. An empty field goes back to what is common.',
    confirm: 'Save',
  },
};
