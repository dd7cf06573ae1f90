// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";

/// @notice What holds the private half of a credential.
enum Kind {
    Passkey,
    Key
}

/// @notice A public credential: with what somebody signs. No names, no roles, nothing of a patient.
/// @param x First coordinate of the P-256 key.
/// @param y Second coordinate.
/// @param person SHA-256 of site and pseudonym of the person.
/// @param enrolledAt Time of the chain when it was enrolled, seconds since 1970.
/// @param revokedAt Likewise when it was revoked; zero while it holds.
/// @param kind Passkey or key.
struct Credential {
    bytes32 x;
    bytes32 y;
    bytes32 person;
    uint64 enrolledAt;
    uint64 revokedAt;
    Kind kind;
}

/**
 * @title AccessRegistry
 * @notice Witness of one site's credentials: which public keys were enrolled, and which of them were revoked. A copy of what the
 * site's log says, for readers who have the chain and not the log. The log decides; nobody at the site asks this contract.
 *
 * What it promises: an id always means the same key, person and kind; what was revoked stays revoked; only a registrar named at
 * deployment wrote here; every change left one event; every key is a point of P-256.
 *
 * What it does not promise: that it is current (it follows the log and may be behind), that a registrar was right, or that the
 * holder of a credential may do anything.
 *
 * @dev Ids are the SHA-256 of the credential's name: WebAuthn names are of any length, and a name is nobody's business.
 * There is no owner, no proxy and no upgrade. Other registrars are another contract, filled anew from the log.
 */
contract AccessRegistry {
    string private _site;
    address[] private _registrars;
    bytes32[] private _ids;
    mapping(address account => bool) private _isRegistrar;
    mapping(bytes32 id => Credential) private _credentials;

    /// @notice A credential is known from now on, for ever.
    event Enrolled(bytes32 indexed id, bytes32 indexed person, Kind kind, bytes32 x, bytes32 y);
    /// @notice A credential is believed no more, for ever.
    event Revoked(bytes32 indexed id, bytes32 indexed person);

    /// @notice The site's name is empty.
    error SiteMissing();
    /// @notice There must be a registrar.
    error RegistrarsMissing();
    /// @notice Registrars must be given in strictly ascending order, without the zero address.
    error RegistrarsNotAscending(uint256 index, address previous, address given);
    /// @notice Only a registrar may do this.
    error NotARegistrar(address given);
    /// @notice The id belongs to a credential already, revoked or not.
    error EnrolledBefore(bytes32 id);
    /// @notice Not a point of P-256: no signature could ever hold for it.
    error NotOnCurve(bytes32 x, bytes32 y);
    /// @notice A credential is somebody's.
    error PersonMissing(bytes32 id);
    /// @notice Nobody enrolled a credential with this id.
    error NotEnrolled(bytes32 id);
    /// @notice The credential was revoked before.
    error RevokedBefore(bytes32 id);

    modifier onlyRegistrar() {
        if (!_isRegistrar[msg.sender]) revert NotARegistrar(msg.sender);
        _;
    }

    /**
     * @notice Fixes site and registrars for ever.
     * @param site_ The site whose credentials are kept here.
     * @param registrars_ Who may write, strictly ascending.
     */
    constructor(string memory site_, address[] memory registrars_) {
        if (bytes(site_).length == 0) revert SiteMissing();
        if (registrars_.length == 0) revert RegistrarsMissing();
        address previous = address(0);
        for (uint256 i = 0; i < registrars_.length; ++i) {
            address registrar = registrars_[i];
            if (registrar <= previous) revert RegistrarsNotAscending(i, previous, registrar);
            _isRegistrar[registrar] = true;
            previous = registrar;
        }
        _site = site_;
        _registrars = registrars_;
    }

    /**
     * @notice Makes a credential known.
     * @dev Taken once for each id, also after its revocation; sending it again is refused and changes nothing.
     */
    function enrol(bytes32 id, bytes32 person, Kind kind, bytes32 x, bytes32 y) external onlyRegistrar {
        if (_credentials[id].enrolledAt != 0) revert EnrolledBefore(id);
        if (person == 0) revert PersonMissing(id);
        if (!P256.isValidPublicKey(x, y)) revert NotOnCurve(x, y);
        _credentials[id] =
            Credential({x: x, y: y, person: person, enrolledAt: uint64(block.timestamp), revokedAt: 0, kind: kind});
        _ids.push(id);
        emit Enrolled(id, person, kind, x, y);
    }

    /// @notice Ends a credential for good.
    function revoke(bytes32 id) external onlyRegistrar {
        Credential storage credential = _credentials[id];
        if (credential.enrolledAt == 0) revert NotEnrolled(id);
        if (credential.revokedAt != 0) revert RevokedBefore(id);
        credential.revokedAt = uint64(block.timestamp);
        emit Revoked(id, credential.person);
    }

    /// @notice Whether a credential is enrolled and not revoked.
    function holds(bytes32 id) external view returns (bool) {
        Credential storage credential = _credentials[id];
        return credential.enrolledAt != 0 && credential.revokedAt == 0;
    }

    /// @notice A credential; refused with {NotEnrolled} when there is none.
    function credentialOf(bytes32 id) external view returns (Credential memory) {
        if (_credentials[id].enrolledAt == 0) revert NotEnrolled(id);
        return _credentials[id];
    }

    /// @notice How many credentials were ever enrolled.
    function count() external view returns (uint256) {
        return _ids.length;
    }

    /// @notice A page of all credentials in the order of their enrolment; shorter, or empty, at the end.
    function page(uint256 from, uint256 limit) external view returns (bytes32[] memory ids, Credential[] memory credentials) {
        uint256 length = _ids.length;
        uint256 size = from >= length ? 0 : length - from;
        if (size > limit) size = limit;
        ids = new bytes32[](size);
        credentials = new Credential[](size);
        for (uint256 i = 0; i < size; ++i) {
            ids[i] = _ids[from + i];
            credentials[i] = _credentials[ids[i]];
        }
    }

    /// @notice The site whose credentials are kept here.
    function site() external view returns (string memory) {
        return _site;
    }

    /// @notice Who may write, ascending.
    function registrars() external view returns (address[] memory) {
        return _registrars;
    }
}
