// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @notice Builds a site's EIP-712 digest from OpenZeppelin's parts alone, as a second opinion in tests.
contract DigestOracle {
    function digest(string calldata site, bytes32 structHash) external pure returns (bytes32) {
        bytes32 separator = MessageHashUtils.toDomainSeparator(
            hex"13", keccak256("BCMed block"), keccak256("1"), 0, address(0), keccak256(bytes(site))
        );
        return MessageHashUtils.toTypedDataHash(separator, structHash);
    }
}
