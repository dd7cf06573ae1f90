// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice One release of a drug library for one care unit.
/// @param libraryHash SHA-256 of the exact bytes of the library.
/// @param releaseHash SHA-256 of the exact text that the people who released it signed.
/// @param number Position of the release on the site's log; a later release has a greater one.
/// @param recordedAt Time of the chain when it was recorded, seconds since 1970.
struct Release {
    bytes32 libraryHash;
    bytes32 releaseHash;
    uint64 number;
    uint64 recordedAt;
}

/**
 * @title LibraryRegister
 * @notice Witness of one site's drug libraries: which bytes people released for which care unit, one after the other. No library
 * becomes active at the site before it stands here.
 *
 * What it promises: a number means one library and one signed text for ever; the releases of a unit only go forward; only the
 * registrar named at deployment wrote here; every release left one event.
 *
 * What it does not promise: that the registrar was right, that people signed (the signatures stand in the site's log, under
 * `releaseHash`), or that a library is good medicine.
 *
 * @dev There is no owner, no proxy and no upgrade. Another registrar is another contract, filled anew from the log. A unit is
 * named by the SHA-256 of its name.
 */
contract LibraryRegister {
    string private _site;
    address private immutable _registrar;
    mapping(bytes32 unit => Release) private _newest;
    mapping(bytes32 unit => mapping(bytes32 libraryHash => uint64)) private _numbers;

    /// @notice A library was released for a unit.
    event LibraryReleased(
        bytes32 indexed unit, bytes32 indexed libraryHash, bytes32 releaseHash, uint64 number, bytes32 replaces
    );

    /// @notice The site's name is empty.
    error SiteMissing();
    /// @notice There must be a registrar.
    error RegistrarMissing();
    /// @notice Only the registrar may do this.
    error NotTheRegistrar(address given);
    /// @notice Both hashes must be there.
    error HashMissing();
    /// @notice A release is later than the one before it.
    error NumberNotAscending(uint64 newest, uint64 given);

    /**
     * @notice Fixes site and registrar for ever.
     * @param site_ The site whose libraries are kept here.
     * @param registrar_ Who may write.
     */
    constructor(string memory site_, address registrar_) {
        if (bytes(site_).length == 0) revert SiteMissing();
        if (registrar_ == address(0)) revert RegistrarMissing();
        _site = site_;
        _registrar = registrar_;
    }

    /// @notice Records that a library was released for a unit.
    function record(bytes32 unit, bytes32 libraryHash, bytes32 releaseHash, uint64 number) external {
        if (msg.sender != _registrar) revert NotTheRegistrar(msg.sender);
        if (libraryHash == 0 || releaseHash == 0) revert HashMissing();
        Release memory before = _newest[unit];
        if (number <= before.number) revert NumberNotAscending(before.number, number);
        _newest[unit] = Release(libraryHash, releaseHash, number, uint64(block.timestamp));
        _numbers[unit][libraryHash] = number;
        emit LibraryReleased(unit, libraryHash, releaseHash, number, before.libraryHash);
    }

    /// @notice The newest release for a unit; all zero when there is none.
    function newest(bytes32 unit) external view returns (Release memory) {
        return _newest[unit];
    }

    /// @notice Number of the newest release of exactly these bytes for a unit; zero when they never were.
    function numberOf(bytes32 unit, bytes32 libraryHash) external view returns (uint64) {
        return _numbers[unit][libraryHash];
    }

    /// @notice The site whose libraries are kept here.
    function site() external view returns (string memory) {
        return _site;
    }

    /// @notice Who may write.
    function registrar() external view returns (address) {
        return _registrar;
    }
}
