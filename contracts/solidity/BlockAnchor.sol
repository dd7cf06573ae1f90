// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

/// @notice What a quorum of validators says about one stretch of a site's log.
/// @dev The EIP-712 struct that is signed: field names, types and order are frozen with `BlockAnchor.HEADER_TYPE_HASH`.
/// @param site Whose log it is.
/// @param number From 1, without holes.
/// @param firstSequence First stream position that the block adds.
/// @param lastSequence Last stream position that the block adds.
/// @param treeSize Leaves of the RFC 6962 tree after this block.
/// @param rootHash Root of that tree (SHA-256).
/// @param previousHash EIP-712 struct hash of the block before; zero in block 1.
/// @param timeMs When the proposer cut the block, milliseconds since 1970. Signed, but not judged here.
struct BlockHeader {
    string site;
    uint64 number;
    uint64 firstSequence;
    uint64 lastSequence;
    uint64 treeSize;
    bytes32 rootHash;
    bytes32 previousHash;
    uint64 timeMs;
}

/// @notice Where a contract takes over from another one, whose chain may be lost. All zero in the first contract.
/// @param predecessor The contract that anchored the blocks up to `number`. A claim for the reader; nothing is called.
/// @param number The last block that the predecessor anchored, or that was confirmed when it was lost.
/// @param blockHash The hash of that block.
struct Link {
    address predecessor;
    uint64 number;
    bytes32 blockHash;
}

/// @notice The newest block: everything that this contract remembers of the log.
struct Head {
    uint64 number;
    uint64 treeSize;
    uint64 lastSequence;
    bytes32 blockHash;
    bytes32 rootHash;
}

/**
 * @title BlockAnchor
 * @notice Witness of one site's log. It accepts the site's block headers one after the other, each signed by a quorum of
 * validators, and remembers only the newest. A header that it has accepted can never be replaced.
 *
 * What it promises: block n was accepted after block n-1 to which it is linked by hash, its tree has exactly the leaves of
 * the stream positions it names, and `quorum` of the validators named at deployment signed it. Every accepted block left
 * one `BlockAnchored` event.
 *
 * What it does not promise: that the root is the root of anything. The validators vouch for that, and whoever holds the
 * log can recompute it.
 *
 * @dev There is no owner, no role, no proxy and no upgrade: the rules are fixed when it is deployed. Another validator set,
 * another quorum or another chain is another contract, linked to this one by {predecessor}. Who sends a transaction does
 * not matter; the signatures do.
 *
 * Storage does not grow with the log, by intent: three slots are overwritten by each block. The history is in the events
 * and, above all, in the log.
 *
 * The EIP-712 domain names neither chain nor contract: a signature belongs to the log, which outlives every chain that
 * mirrors it. A quorum signature can therefore be shown to any contract of the same site; each takes it once, in order.
 */
contract BlockAnchor is IERC5267 {
    /// @notice Type hash of {BlockHeader}.
    bytes32 public constant HEADER_TYPE_HASH = keccak256(
        "BlockHeader(string site,uint64 number,uint64 firstSequence,uint64 lastSequence,uint64 treeSize,bytes32 rootHash,bytes32 previousHash,uint64 timeMs)"
    );

    bytes32 private constant DOMAIN_TYPE_HASH = keccak256("EIP712Domain(string name,string version,bytes32 salt)");
    string private constant DOMAIN_NAME = "BCMed block";
    string private constant DOMAIN_VERSION = "1";

    /// @dev keccak256 of the site's name: the salt of the domain, and what a header's site is compared to.
    bytes32 private immutable _siteHash;
    bytes32 private immutable _domainSeparator;
    uint256 private immutable _quorum;
    address private immutable _predecessor;
    uint64 private immutable _predecessorNumber;
    bytes32 private immutable _predecessorHash;

    string private _site;
    address[] private _validators;
    mapping(address account => bool) private _isValidator;
    Head private _head;

    /// @notice A block has become the head, for ever.
    /// @param number The block's number.
    /// @param blockHash EIP-712 struct hash of its header.
    /// @param rootHash Root of the log's tree.
    /// @param treeSize Leaves of that tree.
    event BlockAnchored(uint64 indexed number, bytes32 indexed blockHash, bytes32 rootHash, uint64 treeSize);

    /// @notice This contract goes on where another one ended.
    event Continued(address indexed predecessor, uint64 indexed number, bytes32 indexed blockHash);

    /// @notice The site's name is empty.
    error SiteMissing();
    /// @notice Validators must be given in strictly ascending order, without the zero address.
    error ValidatorsNotAscending(uint256 index, address previous, address given);
    /// @notice A quorum is a majority (so that any two share a validator) and at most all validators.
    error QuorumOutOfRange(uint256 lowest, uint256 highest, uint256 given);
    /// @notice A link is given whole (contract, number, hash, header, signatures) or not at all.
    error LinkIncomplete();
    /// @notice The header that came with the link is not the block that the link names.
    error LinkMismatch(uint64 expectedNumber, bytes32 expectedHash, uint64 givenNumber, bytes32 givenHash);

    /// @notice The header is of another site.
    error WrongSite(string expected, string given);
    /// @notice Blocks come one after the other.
    error WrongNumber(uint64 expected, uint64 given);
    /// @notice The header is not linked to the head.
    error WrongPreviousHash(bytes32 expected, bytes32 given);
    /// @notice The block does not begin right after the head's last position.
    error WrongFirstSequence(uint64 expected, uint64 given);
    /// @notice The block ends before it begins.
    error EmptyBlock(uint64 firstSequence, uint64 lastSequence);
    /// @notice The tree must grow by exactly one leaf for each position.
    error WrongTreeSize(uint64 expected, uint64 given);

    /// @notice Fewer signatures than the quorum.
    error TooFewSignatures(uint256 needed, uint256 given);
    /// @notice Not 65 bytes, not a low s, or not a signature at all (`reason`, as OpenZeppelin's ECDSA names it).
    error MalformedSignature(uint256 index, ECDSA.RecoverError reason);
    /// @notice Signers must be strictly ascending, which also means that nobody counts twice.
    error SignersNotAscending(uint256 index, address previous, address given);
    /// @notice Somebody else signed, or the validator signed something else.
    error NotAValidator(uint256 index, address given);

    /**
     * @notice Fixes the rules for ever and, with a link, takes over where another contract ended.
     * @dev With a link the last block must carry a quorum of the validators given here; a changed set signs that block again.
     * @param site_ The site whose log is anchored.
     * @param validators_ Who may sign, strictly ascending.
     * @param quorum_ How many must sign: more than half, at most all.
     * @param link The predecessor and its last block; all zero for a site's first contract.
     * @param lastHeader The header of the block that `link` names; ignored without a link.
     * @param lastSignatures Its signatures, as for {anchor}; empty without a link.
     */
    constructor(
        string memory site_,
        address[] memory validators_,
        uint256 quorum_,
        Link memory link,
        BlockHeader memory lastHeader,
        bytes[] memory lastSignatures
    ) {
        if (bytes(site_).length == 0) revert SiteMissing();
        uint256 lowest = validators_.length / 2 + 1;
        if (quorum_ < lowest || quorum_ > validators_.length) {
            revert QuorumOutOfRange(lowest, validators_.length, quorum_);
        }
        address previous = address(0);
        for (uint256 i = 0; i < validators_.length; ++i) {
            address validator = validators_[i];
            if (validator <= previous) revert ValidatorsNotAscending(i, previous, validator);
            _isValidator[validator] = true;
            previous = validator;
        }

        _site = site_;
        _validators = validators_;
        _quorum = quorum_;
        _siteHash = keccak256(bytes(site_));
        _domainSeparator = keccak256(
            abi.encode(
                DOMAIN_TYPE_HASH, keccak256(bytes(DOMAIN_NAME)), keccak256(bytes(DOMAIN_VERSION)), keccak256(bytes(site_))
            )
        );
        _predecessor = link.predecessor;
        _predecessorNumber = link.number;
        _predecessorHash = link.blockHash;
        _takeOver(link, lastHeader, lastSignatures);
    }

    /**
     * @notice Makes the next block the head.
     * @dev Anyone may call it; a block is accepted once, so that sending it again is harmless and refused by {WrongNumber}.
     * @param header The next block.
     * @param signatures 65 bytes each (r, s, v; low s; v 27 or 28), by distinct validators in strictly ascending order of
     * their addresses. At least the quorum; everyone that is given must hold.
     */
    function anchor(BlockHeader calldata header, bytes[] calldata signatures) external {
        _checkContinues(header);
        bytes32 blockHash = _hash(header);
        _checkQuorum(blockHash, signatures);
        _setHead(header, blockHash);
        emit BlockAnchored(header.number, blockHash, header.rootHash, header.treeSize);
    }

    /// @notice The newest block; all zero before the first.
    function head() external view returns (Head memory) {
        return _head;
    }

    /// @notice The site whose log is anchored here.
    function site() external view returns (string memory) {
        return _site;
    }

    /// @notice Who may sign, ascending.
    function validators() external view returns (address[] memory) {
        return _validators;
    }

    /// @notice How many validators must sign a block.
    function quorum() external view returns (uint256) {
        return _quorum;
    }

    /// @notice Where this contract took over; all zero in a site's first contract.
    function predecessor() external view returns (Link memory) {
        return Link({predecessor: _predecessor, number: _predecessorNumber, blockHash: _predecessorHash});
    }

    /// @notice The block hash of a header, as the next header must name it. Says nothing about whether it is acceptable.
    function hashOf(BlockHeader calldata header) external pure returns (bytes32) {
        return _hash(header);
    }

    /// @notice What a validator signs for a header of this site.
    function digestOf(BlockHeader calldata header) external view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(_domainSeparator, _hash(header));
    }

    /// @inheritdoc IERC5267
    /// @dev Name, version and salt (fields 0x13). Chain and contract are absent on purpose, see the contract's notes.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (hex"13", DOMAIN_NAME, DOMAIN_VERSION, 0, address(0), _siteHash, new uint256[](0));
    }

    /// @dev Sets the head of a successor, or leaves it all zero when there is no link.
    function _takeOver(Link memory link, BlockHeader memory lastHeader, bytes[] memory lastSignatures) private {
        bool absent = link.predecessor == address(0) && link.number == 0 && link.blockHash == 0;
        if (absent && lastSignatures.length == 0) return;
        if (link.predecessor == address(0) || link.number == 0 || link.blockHash == 0) revert LinkIncomplete();

        _checkSite(lastHeader.site);
        bytes32 blockHash = _hash(lastHeader);
        if (lastHeader.number != link.number || blockHash != link.blockHash) {
            revert LinkMismatch(link.number, link.blockHash, lastHeader.number, blockHash);
        }
        _checkQuorum(blockHash, lastSignatures);
        _setHead(lastHeader, blockHash);
        emit Continued(link.predecessor, link.number, link.blockHash);
    }

    function _setHead(BlockHeader memory header, bytes32 blockHash) private {
        _head = Head({
            number: header.number,
            treeSize: header.treeSize,
            lastSequence: header.lastSequence,
            blockHash: blockHash,
            rootHash: header.rootHash
        });
    }

    /// @dev Everything about a header that can be judged from the head alone.
    function _checkContinues(BlockHeader calldata header) private view {
        Head memory last = _head;
        _checkSite(header.site);
        if (header.number != last.number + 1) revert WrongNumber(last.number + 1, header.number);
        if (header.previousHash != last.blockHash) revert WrongPreviousHash(last.blockHash, header.previousHash);
        if (header.firstSequence != last.lastSequence + 1) {
            revert WrongFirstSequence(last.lastSequence + 1, header.firstSequence);
        }
        if (header.lastSequence < header.firstSequence) revert EmptyBlock(header.firstSequence, header.lastSequence);
        uint64 treeSize = last.treeSize + (header.lastSequence - last.lastSequence);
        if (header.treeSize != treeSize) revert WrongTreeSize(treeSize, header.treeSize);
    }

    function _checkSite(string memory given) private view {
        if (keccak256(bytes(given)) != _siteHash) revert WrongSite(_site, given);
    }

    /// @dev Ascending order gives uniqueness; a low s (checked by ECDSA) gives one form for each signature.
    function _checkQuorum(bytes32 blockHash, bytes[] memory signatures) private view {
        if (signatures.length < _quorum) revert TooFewSignatures(_quorum, signatures.length);
        bytes32 digest = MessageHashUtils.toTypedDataHash(_domainSeparator, blockHash);
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            (address signer, ECDSA.RecoverError fault,) = ECDSA.tryRecover(digest, signatures[i]);
            if (fault != ECDSA.RecoverError.NoError) revert MalformedSignature(i, fault);
            if (signer <= previous) revert SignersNotAscending(i, previous, signer);
            if (!_isValidator[signer]) revert NotAValidator(i, signer);
            previous = signer;
        }
    }

    function _hash(BlockHeader memory header) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                HEADER_TYPE_HASH,
                keccak256(bytes(header.site)),
                header.number,
                header.firstSequence,
                header.lastSequence,
                header.treeSize,
                header.rootHash,
                header.previousHash,
                header.timeMs
            )
        );
    }
}
