export const database = 'planted';
