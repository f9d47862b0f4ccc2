// Where the sources of a published package are. Nobody knows but the place that publishes it: no file of the repository
// names a host.

/**
 * The manifest with `repository`, `homepage` and `bugs`, as `env` of the workflow tells them; as it is, when that tells
 * nothing.
 */
export const addressed = (manifest, directory, { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository }) =>
  server === undefined || repository === undefined
    ? manifest
    : {
        ...manifest,
        homepage: `${server}/${repository}/tree/main/${directory}#readme`,
        bugs: `${server}/${repository}/issues`,
        repository: { type: 'git', url: `git+${server}/${repository}.git`, directory },
      }
