/**
 * The archives of nats-server that we know, newest first, with the SHA-256 of each. Nothing else is ever unpacked.
 *
 * `debian` names packages in a Debian archive's pool (the version is the package's). An archive drops old versions, so
 * the list may hold several; add a line with the checksum of the archive's own signed index. `github` names the
 * project's release tarballs, with the checksums that the project publishes beside them.
 */
export const OLDEST_VERSION = [2, 12];

export const DEBIAN_PACKAGES = [
  {
    version: '2.15.1-1',
    sha256: {
      amd64: '31ef4ceaa84e8248d449e508472e3770c17c3695cb5cb0ee96e03912724ea884',
      arm64: '68923b614b6b5594bbd63ffdce7258c2155ec448fb4cb7efd099bf9273eca128',
    },
  },
];

export const GITHUB_RELEASES = [
  {
    version: '2.14.5',
    sha256: {
      'linux-amd64': '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
      'linux-arm64': '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
      'darwin-amd64': 'f95c98d6b6ed2b63c5681b46b092c9585c99767d547cf495730c329234625e96',
      'darwin-arm64': 'ddd907854d9a2de834af133fa396915fe6442fe6d8909ae31390d1ea7a0fea50',
    },
  },
];
