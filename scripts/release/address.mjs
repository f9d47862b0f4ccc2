// The address of a published package's sources. Only the publishing workflow knows it: no file of the repository names
// a host.

/** The manifest with `repository`, `homepage` and `bugs` from the workflow's `env`; unchanged, when `env` has none. */
export const addressed = (manifest, directory, { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository }) =>
  server === undefined || repository === undefined
    ? manifest
    : {
        ...manifest,
        homepage: `${server}/${repository}/tree/main/${directory}#readme`,
        bugs: `${server}/${repository}/issues`,
        repository: { type: 'git', url: `git+${server}/${repository}.git`, directory },
      }
