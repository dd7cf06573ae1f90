// Made by tools/compile.mjs from solidity/DrugProtocol.sol. Do not edit: `--check` compiles it again.

/**
 * ABI and byte code of DrugProtocol. `sourceHash` is the SHA-256 of all sources and settings that went in;
 * `immutables` are the byte ranges of `deployedBytecode` that the constructor fills in, zero here.
 */
export const drugProtocolArtifact = {
  "contractName": "DrugProtocol",
  "compiler": "0.8.37+commit.f401782d.Emscripten.clang",
  "evmVersion": "cancun",
  "sourceHash": "9545ed096574c6c8b575521096db8740fec495991d819741672381e98e1df999",
  "abi": [
    {
      "inputs": [
        {
          "internalType": "string",
          "name": "site_",
          "type": "string"
        },
        {
          "internalType": "address[]",
          "name": "releasers_",
          "type": "address[]"
        },
        {
          "internalType": "uint256",
          "name": "quorum_",
          "type": "uint256"
        }
      ],
      "stateMutability": "nonpayable",
      "type": "constructor"
    },
    {
      "inputs": [
        {
          "internalType": "string",
          "name": "field",
          "type": "string"
        }
      ],
      "name": "BoundMissing",
      "type": "error"
    },
    {
      "inputs": [
        {
          "internalType": "address",
          "name": "given",
          "type": "address"
        }
      ],
      "name": "NotAReleaser",
      "type": "error"
    },
    {
      "inputs": [
        {
          "internalType": "bytes32",
          "name": "id",
          "type": "bytes32"
        },
        {
          "internalType": "uint256",
          "name": "releases",
          "type": "uint256"
        },
        {
          "internalType": "uint256",
          "name": "needed",
          "type": "uint256"
        }
      ],
      "name": "NotReleased",
      "type": "error"
    },
    {
      "inputs": [
        {
          "internalType": "uint256",
          "name": "highest",
          "type": "uint256"
        },
        {
          "internalType": "uint256",
          "name": "given",
          "type": "uint256"
        }
      ],
      "name": "QuorumOutOfRange",
      "type": "error"
    },
    {
      "inputs": [
        {
          "internalType": "string",
          "name": "field",
          "type": "string"
        }
      ],
      "name": "RangeEmpty",
      "type": "error"
    },
    {
      "inputs": [
        {
          "internalType": "bytes32",
          "name": "id",
          "type": "bytes32"
        },
        {
          "internalType": "address",
          "name": "releaser",
          "type": "address"
        }
      ],
      "name": "ReleasedBefore",
      "type": "error"
    },
    {
      "inputs": [
        {
          "internalType": "uint256",
          "name": "index",
          "type": "uint256"
        },
        {
          "internalType": "address",
          "name": "previous",
          "type": "address"
        },
        {
          "internalType": "address",
          "name": "given",
          "type": "address"
        }
      ],
      "name": "ReleasersNotAscending",
      "type": "error"
    },
    {
      "inputs": [],
      "name": "SiteMissing",
      "type": "error"
    },
    {
      "inputs": [
        {
          "internalType": "bytes32",
          "name": "id",
          "type": "bytes32"
        }
      ],
      "name": "Withdrawn",
      "type": "error"
    },
    {
      "anonymous": false,
      "inputs": [
        {
          "indexed": true,
          "internalType": "bytes32",
          "name": "id",
          "type": "bytes32"
        },
        {
          "indexed": true,
          "internalType": "address",
          "name": "releaser",
          "type": "address"
        },
        {
          "indexed": false,
          "internalType": "uint256",
          "name": "releases",
          "type": "uint256"
        }
      ],
      "name": "ProtocolEndorsed",
      "type": "event"
    },
    {
      "anonymous": false,
      "inputs": [
        {
          "indexed": true,
          "internalType": "bytes32",
          "name": "id",
          "type": "bytes32"
        },
        {
          "indexed": true,
          "internalType": "bytes32",
          "name": "documentHash",
          "type": "bytes32"
        }
      ],
      "name": "ProtocolReleased",
      "type": "event"
    },
    {
      "anonymous": false,
      "inputs": [
        {
          "indexed": true,
          "internalType": "bytes32",
          "name": "id",
          "type": "bytes32"
        },
        {
          "indexed": true,
          "internalType": "address",
          "name": "releaser",
          "type": "address"
        }
      ],
      "name": "ProtocolWithdrawn",
      "type": "event"
    },
    {
      "inputs": [
        {
          "internalType": "bytes32",
          "name": "id",
          "type": "bytes32"
        },
        {
          "components": [
            {
              "internalType": "int64",
              "name": "heartRate",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressure",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturation",
              "type": "int64"
            },
            {
              "internalType": "uint64",
              "name": "measuredAtMs",
              "type": "uint64"
            },
            {
              "internalType": "uint64",
              "name": "nowMs",
              "type": "uint64"
            },
            {
              "internalType": "uint32",
              "name": "previousDose",
              "type": "uint32"
            },
            {
              "internalType": "uint64",
              "name": "previousAtMs",
              "type": "uint64"
            },
            {
              "internalType": "uint64",
              "name": "delivered",
              "type": "uint64"
            }
          ],
          "internalType": "struct Request",
          "name": "request",
          "type": "tuple"
        }
      ],
      "name": "evaluate",
      "outputs": [
        {
          "components": [
            {
              "internalType": "enum Verdict",
              "name": "verdict",
              "type": "uint8"
            },
            {
              "internalType": "uint8",
              "name": "limits",
              "type": "uint8"
            },
            {
              "internalType": "int256",
              "name": "accumulator",
              "type": "int256"
            },
            {
              "internalType": "int256",
              "name": "linearDose",
              "type": "int256"
            },
            {
              "internalType": "uint32",
              "name": "dose",
              "type": "uint32"
            }
          ],
          "internalType": "struct Answer",
          "name": "",
          "type": "tuple"
        }
      ],
      "stateMutability": "view",
      "type": "function"
    },
    {
      "inputs": [
        {
          "components": [
            {
              "internalType": "bytes32",
              "name": "documentHash",
              "type": "bytes32"
            },
            {
              "internalType": "int64",
              "name": "heartRateLow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "heartRateHigh",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressureLow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressureHigh",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturationLow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturationHigh",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "alpha",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "beta",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "gamma",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "heartRateReference",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressureReference",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturationReference",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "intercept",
              "type": "int64"
            },
            {
              "internalType": "uint32",
              "name": "doseLow",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "doseHigh",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "maxRise",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "maxFall",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "stepMs",
              "type": "uint32"
            },
            {
              "internalType": "int64",
              "name": "freeFallBelow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "freeFallAbove",
              "type": "int64"
            },
            {
              "internalType": "uint64",
              "name": "cumulativeCap",
              "type": "uint64"
            },
            {
              "internalType": "uint32",
              "name": "leaseMs",
              "type": "uint32"
            },
            {
              "internalType": "uint64",
              "name": "maxAgeMs",
              "type": "uint64"
            },
            {
              "internalType": "uint64",
              "name": "maxLeadMs",
              "type": "uint64"
            }
          ],
          "internalType": "struct Protocol",
          "name": "protocol",
          "type": "tuple"
        }
      ],
      "name": "idOf",
      "outputs": [
        {
          "internalType": "bytes32",
          "name": "",
          "type": "bytes32"
        }
      ],
      "stateMutability": "pure",
      "type": "function"
    },
    {
      "inputs": [
        {
          "components": [
            {
              "internalType": "bytes32",
              "name": "documentHash",
              "type": "bytes32"
            },
            {
              "internalType": "int64",
              "name": "heartRateLow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "heartRateHigh",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressureLow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressureHigh",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturationLow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturationHigh",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "alpha",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "beta",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "gamma",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "heartRateReference",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressureReference",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturationReference",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "intercept",
              "type": "int64"
            },
            {
              "internalType": "uint32",
              "name": "doseLow",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "doseHigh",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "maxRise",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "maxFall",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "stepMs",
              "type": "uint32"
            },
            {
              "internalType": "int64",
              "name": "freeFallBelow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "freeFallAbove",
              "type": "int64"
            },
            {
              "internalType": "uint64",
              "name": "cumulativeCap",
              "type": "uint64"
            },
            {
              "internalType": "uint32",
              "name": "leaseMs",
              "type": "uint32"
            },
            {
              "internalType": "uint64",
              "name": "maxAgeMs",
              "type": "uint64"
            },
            {
              "internalType": "uint64",
              "name": "maxLeadMs",
              "type": "uint64"
            }
          ],
          "internalType": "struct Protocol",
          "name": "protocol",
          "type": "tuple"
        },
        {
          "components": [
            {
              "internalType": "int64",
              "name": "heartRate",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressure",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturation",
              "type": "int64"
            },
            {
              "internalType": "uint64",
              "name": "measuredAtMs",
              "type": "uint64"
            },
            {
              "internalType": "uint64",
              "name": "nowMs",
              "type": "uint64"
            },
            {
              "internalType": "uint32",
              "name": "previousDose",
              "type": "uint32"
            },
            {
              "internalType": "uint64",
              "name": "previousAtMs",
              "type": "uint64"
            },
            {
              "internalType": "uint64",
              "name": "delivered",
              "type": "uint64"
            }
          ],
          "internalType": "struct Request[]",
          "name": "requests",
          "type": "tuple[]"
        }
      ],
      "name": "preview",
      "outputs": [
        {
          "components": [
            {
              "internalType": "enum Verdict",
              "name": "verdict",
              "type": "uint8"
            },
            {
              "internalType": "uint8",
              "name": "limits",
              "type": "uint8"
            },
            {
              "internalType": "int256",
              "name": "accumulator",
              "type": "int256"
            },
            {
              "internalType": "int256",
              "name": "linearDose",
              "type": "int256"
            },
            {
              "internalType": "uint32",
              "name": "dose",
              "type": "uint32"
            }
          ],
          "internalType": "struct Answer[]",
          "name": "answers",
          "type": "tuple[]"
        }
      ],
      "stateMutability": "pure",
      "type": "function"
    },
    {
      "inputs": [
        {
          "internalType": "bytes32",
          "name": "id",
          "type": "bytes32"
        }
      ],
      "name": "protocolOf",
      "outputs": [
        {
          "components": [
            {
              "internalType": "bytes32",
              "name": "documentHash",
              "type": "bytes32"
            },
            {
              "internalType": "int64",
              "name": "heartRateLow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "heartRateHigh",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressureLow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressureHigh",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturationLow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturationHigh",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "alpha",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "beta",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "gamma",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "heartRateReference",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressureReference",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturationReference",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "intercept",
              "type": "int64"
            },
            {
              "internalType": "uint32",
              "name": "doseLow",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "doseHigh",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "maxRise",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "maxFall",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "stepMs",
              "type": "uint32"
            },
            {
              "internalType": "int64",
              "name": "freeFallBelow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "freeFallAbove",
              "type": "int64"
            },
            {
              "internalType": "uint64",
              "name": "cumulativeCap",
              "type": "uint64"
            },
            {
              "internalType": "uint32",
              "name": "leaseMs",
              "type": "uint32"
            },
            {
              "internalType": "uint64",
              "name": "maxAgeMs",
              "type": "uint64"
            },
            {
              "internalType": "uint64",
              "name": "maxLeadMs",
              "type": "uint64"
            }
          ],
          "internalType": "struct Protocol",
          "name": "",
          "type": "tuple"
        }
      ],
      "stateMutability": "view",
      "type": "function"
    },
    {
      "inputs": [],
      "name": "quorum",
      "outputs": [
        {
          "internalType": "uint256",
          "name": "",
          "type": "uint256"
        }
      ],
      "stateMutability": "view",
      "type": "function"
    },
    {
      "inputs": [
        {
          "components": [
            {
              "internalType": "bytes32",
              "name": "documentHash",
              "type": "bytes32"
            },
            {
              "internalType": "int64",
              "name": "heartRateLow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "heartRateHigh",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressureLow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressureHigh",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturationLow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturationHigh",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "alpha",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "beta",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "gamma",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "heartRateReference",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "pressureReference",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "saturationReference",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "intercept",
              "type": "int64"
            },
            {
              "internalType": "uint32",
              "name": "doseLow",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "doseHigh",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "maxRise",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "maxFall",
              "type": "uint32"
            },
            {
              "internalType": "uint32",
              "name": "stepMs",
              "type": "uint32"
            },
            {
              "internalType": "int64",
              "name": "freeFallBelow",
              "type": "int64"
            },
            {
              "internalType": "int64",
              "name": "freeFallAbove",
              "type": "int64"
            },
            {
              "internalType": "uint64",
              "name": "cumulativeCap",
              "type": "uint64"
            },
            {
              "internalType": "uint32",
              "name": "leaseMs",
              "type": "uint32"
            },
            {
              "internalType": "uint64",
              "name": "maxAgeMs",
              "type": "uint64"
            },
            {
              "internalType": "uint64",
              "name": "maxLeadMs",
              "type": "uint64"
            }
          ],
          "internalType": "struct Protocol",
          "name": "protocol",
          "type": "tuple"
        }
      ],
      "name": "release",
      "outputs": [
        {
          "internalType": "bytes32",
          "name": "id",
          "type": "bytes32"
        }
      ],
      "stateMutability": "nonpayable",
      "type": "function"
    },
    {
      "inputs": [],
      "name": "releasers",
      "outputs": [
        {
          "internalType": "address[]",
          "name": "",
          "type": "address[]"
        }
      ],
      "stateMutability": "view",
      "type": "function"
    },
    {
      "inputs": [],
      "name": "site",
      "outputs": [
        {
          "internalType": "string",
          "name": "",
          "type": "string"
        }
      ],
      "stateMutability": "view",
      "type": "function"
    },
    {
      "inputs": [
        {
          "internalType": "bytes32",
          "name": "id",
          "type": "bytes32"
        }
      ],
      "name": "statusOf",
      "outputs": [
        {
          "internalType": "uint256",
          "name": "releases",
          "type": "uint256"
        },
        {
          "internalType": "bool",
          "name": "withdrawn",
          "type": "bool"
        }
      ],
      "stateMutability": "view",
      "type": "function"
    },
    {
      "inputs": [
        {
          "internalType": "bytes32",
          "name": "id",
          "type": "bytes32"
        }
      ],
      "name": "withdraw",
      "outputs": [],
      "stateMutability": "nonpayable",
      "type": "function"
    }
  ],
  "bytecode": "0x60a0604052346103e857612cf780380380610019816103ec565b92833981016060828203126103e85781516001600160401b0381116103e85782019181601f840112156103e85782516001600160401b03811161029957610069601f8201601f19166020016103ec565b9381855283602083830101116103e857815f9260208093018388015e8501015260208101516001600160401b0381116103e85781019082601f830112156103e8578151916001600160401b038311610299578260051b9360206100cd8187016103ec565b809581520191602083968201019182116103e857602001915b8183106103c85750505060400151928051156103b957831580156103af575b610397575f93845b835186101561017157600586901b8401602001516001600160a01b039081169116808211156101585750806001915f52600260205260405f208260ff1982541617905595019461010d565b866397b00f3760e01b5f5260045260245260445260645ffd5b508151849084906001600160401b038111610299575f54600181811c9116801561038d575b602082101461037957601f8111610319575b50602094601f82116001146102b8579481929394955f926102ad575b50508160011b915f199060031b1c1916175f555b51906001600160401b038211610299576801000000000000000082116102995760015482600155808310610260575b5060015f5260205f205f5b83811061024357846080526040516128ca908161042d82396080518181816102a10152818161208801526123bf0152f35b82516001600160a01b031681830155602090920191600101610212565b60015f52610293908390037fb10e2d527612073b26eecdfd717e6a320cf44b4afac2b0732d9fcbe2b7fa0cf68401610411565b83610207565b634e487b7160e01b5f52604160045260245ffd5b0151905085806101c4565b601f198216955f8052805f20915f5b888110610301575083600195969798106102e9575b505050811b015f556101d8565b01515f1960f88460031b161c191690558580806102dc565b919260206001819286850151815501940192016102c7565b818111156101a8575f805261036b907f290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e56390601f840160051c9060208510610371575b601f82910160051c039101610411565b856101a8565b5f915061035b565b634e487b7160e01b5f52602260045260245ffd5b90607f1690610196565b83825163d8221fbb60e01b5f5260045260245260445ffd5b5081518411610105565b6329b94cb960e01b5f5260045ffd5b82516001600160a01b03811681036103e8578152602092830192016100e6565b5f80fd5b6040519190601f01601f191682016001600160401b0381118382101761029957604052565b5f5b82811061041f57505050565b5f8282015560010161041356fe6080806040526004361015610012575f80fd5b5f3560e01c9081631703a018146120735750806355f1413714611cdc5780637a13196814611bfa5780638c6402be146117075780638e19899e146116e957806391b8cbf014610f65578063b8267db414610f41578063c7df14e214610f02578063e0d370ac14610d935763fcfa38721461008a575f80fd5b3461095c5761032060031936011261095c576100a4612499565b6004358015610d35576100b5612287565b6100bd612297565b60070b9060070b13610cd7576100d16122a7565b6100d96122b7565b60070b9060070b13610c79576100ed6122c7565b6100f56122d7565b60070b9060070b13610c1b576101096122f5565b63ffffffff80610117612309565b16911611610bbd5763ffffffff61012c612309565b1615610b5f5763ffffffff61013f61231d565b1615610b015763ffffffff610152612331565b1615610aa35767ffffffffffffffff610169612356565b1615610a455767ffffffffffffffff61018061236e565b16156109e75761018e6124dc565b805f52600660205260ff60405f2054166109bc57805f52600560205260405f2073ffffffffffffffffffffffffffffffffffffffff33165f5260205260ff60405f20541661098d57805f52600560205260405f2073ffffffffffffffffffffffffffffffffffffffff33165f5260205260405f2060017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00825416179055805f52600460205260405f209182547fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff811461096057600101809355600183146102fa575b602092604051818152837f1984215a520978f9e3ffea0c50b1e5db2449665cceda1914e411251e6bcbcb77863393a37f0000000000000000000000000000000000000000000000000000000000000000146102cf575b50604051908152f35b817f8a158fd943068aa54c9df8f6dd8b72529ebee3d144b3187124438e0a864270da5f80a35f6102c6565b815f52600360205260405f2081815561043c60018201610318612287565b7fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008254169067ffffffffffffffff16178155610397610355612297565b82907fffffffffffffffffffffffffffffffff0000000000000000ffffffffffffffff82549160401b6fffffffffffffffff0000000000000000169116179055565b6103ec6103a26122a7565b82907fffffffffffffffff0000000000000000ffffffffffffffffffffffffffffffff82549160801b77ffffffffffffffff00000000000000000000000000000000169116179055565b6103f46122b7565b77ffffffffffffffffffffffffffffffffffffffffffffffff7fffffffffffffffff00000000000000000000000000000000000000000000000083549260c01b169116179055565b600281016104486122c7565b7fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008254169067ffffffffffffffff161781556104856103556122d7565b60e4358060070b810361095c57815460809190911b77ffffffffffffffff00000000000000000000000000000000167fffffffffffffffff0000000000000000ffffffffffffffffffffffffffffffff909116178155610104358060070b810361095c57815477ffffffffffffffffffffffffffffffffffffffffffffffff1660c09190911b7fffffffffffffffff0000000000000000000000000000000000000000000000001617905560038101610124358060070b810361095c577fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008254169067ffffffffffffffff16178155610144358060070b810361095c57815460409190911b6fffffffffffffffff0000000000000000167fffffffffffffffffffffffffffffffff0000000000000000ffffffffffffffff909116178155610164358060070b810361095c57815460809190911b77ffffffffffffffff00000000000000000000000000000000167fffffffffffffffff0000000000000000ffffffffffffffffffffffffffffffff909116178155610184358060070b810361095c57815477ffffffffffffffffffffffffffffffffffffffffffffffff1660c09190911b7fffffffffffffffff00000000000000000000000000000000000000000000000016179055600481016101a4358060070b810361095c577fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008254169067ffffffffffffffff161781556106bb6122f5565b908054916fffffffff0000000000000000000000006106d8612309565b60601b1692610204359063ffffffff8216820361095c57610224359463ffffffff8616860361095c577fffffffffffffffff00000000ffffffffffffffffffffffffffffffffffffffff73ffffffff00000000000000000000000000000000927fffffffffffffffffffffffff000000000000000000000000ffffffffffffffff6bffffffff000000000000000077ffffffff00000000000000000000000000000000000000008a6107f09b5060a01b169760401b1691161716179160801b16171781556107a461231d565b7fffffffff00000000ffffffffffffffffffffffffffffffffffffffffffffffff7bffffffff00000000000000000000000000000000000000000000000083549260c01b169116179055565b6005810190610264358060070b810361095c577fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008354169067ffffffffffffffff16178255610284358060070b810361095c57600692610891826108e7935082907fffffffffffffffffffffffffffffffff0000000000000000ffffffffffffffff82549160401b6fffffffffffffffff0000000000000000169116179055565b610899612356565b7fffffffffffffffff0000000000000000ffffffffffffffffffffffffffffffff77ffffffffffffffff0000000000000000000000000000000083549260801b1691161781556107a4612331565b019267ffffffffffffffff6108fa61236e565b16938054610304359567ffffffffffffffff8716870361095c577fffffffffffffffffffffffffffffffff000000000000000000000000000000006fffffffffffffffff0000000000000000886020995060401b169216171790559250610270565b5f80fd5b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b7fde180976000000000000000000000000000000000000000000000000000000005f526004523360245260445ffd5b7f44654674000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b60646040517f4be278ec00000000000000000000000000000000000000000000000000000000815260206004820152600860248201527f6d61784167654d730000000000000000000000000000000000000000000000006044820152fd5b60646040517f4be278ec00000000000000000000000000000000000000000000000000000000815260206004820152600d60248201527f63756d756c6174697665436170000000000000000000000000000000000000006044820152fd5b60646040517f4be278ec00000000000000000000000000000000000000000000000000000000815260206004820152600760248201527f6c656173654d73000000000000000000000000000000000000000000000000006044820152fd5b60646040517f4be278ec00000000000000000000000000000000000000000000000000000000815260206004820152600660248201527f737465704d7300000000000000000000000000000000000000000000000000006044820152fd5b60646040517f4be278ec00000000000000000000000000000000000000000000000000000000815260206004820152600860248201527f646f7365486967680000000000000000000000000000000000000000000000006044820152fd5b60646040517f0b5e617600000000000000000000000000000000000000000000000000000000815260206004820152600460248201527f646f7365000000000000000000000000000000000000000000000000000000006044820152fd5b60646040517f0b5e617600000000000000000000000000000000000000000000000000000000815260206004820152600a60248201527f73617475726174696f6e000000000000000000000000000000000000000000006044820152fd5b60646040517f0b5e617600000000000000000000000000000000000000000000000000000000815260206004820152600860248201527f70726573737572650000000000000000000000000000000000000000000000006044820152fd5b60646040517f0b5e617600000000000000000000000000000000000000000000000000000000815260206004820152600960248201527f68656172745261746500000000000000000000000000000000000000000000006044820152fd5b60646040517f4be278ec00000000000000000000000000000000000000000000000000000000815260206004820152600c60248201527f646f63756d656e744861736800000000000000000000000000000000000000006044820152fd5b3461095c575f60031936011261095c576040515f905f54918260011c60018416938415610ef8575b602082108514610ecb578184526020840194908115610e925750600114610e36575b5090610ded816040930382612136565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f8351948593602085525180918160208701528686015e5f85828601015201168101030190f35b5f8080527f290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563939250905b808210610e7857509091508101602001610ded610ddd565b919260018160209254838588010152019101909291610e60565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0016855250151560051b82016020019050610ded610ddd565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602260045260245ffd5b90607f1690610dbb565b3461095c57602060031936011261095c576040600435805f526004602052815f2054905f52600660205260ff825f205416825191825215156020820152f35b3461095c5761032060031936011261095c576020610f5d6124dc565b604051908152f35b3461095c576003193601610340811261095c576103201361095c5767ffffffffffffffff610324351161095c573660236103243501121561095c5767ffffffffffffffff61032435600401351161095c57366024610324356004013560081b6103243501011161095c57604051610fdb816120ec565b60043581526024358060070b810361095c5760208201526044358060070b810361095c5760408201526064358060070b810361095c5760608201526084358060070b810361095c57608082015260a4358060070b810361095c5760a082015260c4358060070b810361095c5760c082015260e4358060070b810361095c5760e0820152610104358060070b810361095c57610100820152610124358060070b810361095c57610120820152610144358060070b810361095c57610140820152610164358060070b810361095c57610160820152610184358060070b810361095c576101808201526101a4358060070b810361095c576101a08201526101c43563ffffffff8116810361095c576101c08201526101e43563ffffffff8116810361095c576101e08201526102043563ffffffff8116810361095c576102008201526102243563ffffffff8116810361095c576102208201526102443563ffffffff8116810361095c57610240820152610264358060070b810361095c57610260820152610284358060070b810361095c576102808201526102a43567ffffffffffffffff8116810361095c576102a08201526102c43563ffffffff8116810361095c576102c08201526102e43567ffffffffffffffff8116810361095c576102e08201526103043567ffffffffffffffff8116810361095c576103008201526111e9610324356004013561222e565b6111f66040519182612136565b60046103243501358082527fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe09061122c9061222e565b015f5b8181106116d25750505f5b610324356004013581101561168257611251612177565b90620f42406113126112dd6112a86101a088015160070b6112a260e08a015160070b61129c61128a60248a60081b6103243501016122e7565b60070b6101408d015160070b90612428565b90612440565b9061247e565b6112a261010089015160070b61129c6112cb60448960081b6103243501016122e7565b60070b6101608c015160070b90612428565b6112a261012088015160070b61129c61130060648860081b6103243501016122e7565b60070b6101808b015160070b90612428565b80604085015205606083015261133360248260081b6103243501018561271f565b60048110156116555780835215611364575b6001916113528285612246565b5261135d8184612246565b500161123a565b60608201516101c085015163ffffffff1692905f8482121561162e57505060015b61139960a48460081b610324350101612386565b67ffffffffffffffff6113cd816113ba60e48860081b610324350101612386565b1663ffffffff6102408b01511690612712565b911610159361140a63ffffffff6113ee60c48760081b610324350101612345565b1686156116235763ffffffff806102008b0151165b1690612712565b941561161d5763ffffffff610220880151165b61143160448660081b6103243501016122e7565b61026089015160070b9060070b1280156115f5575b8683111561157a57505050600417925b63ffffffff6101e08701511680821161156d575b5067ffffffffffffffff6102a0870151166101048460081b61032435010167ffffffffffffffff61149a82612386565b1682111561155c576114b467ffffffffffffffff91612386565b16900367ffffffffffffffff81116109605767ffffffffffffffff905b169061ea6082029180830461ea6014901517156109605763ffffffff6102c08801511694851561152f5760019563ffffffff9304808311611523575b5060ff1660208401521660808201529150611345565b915060101760ff61150d565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601260045260245ffd5b505067ffffffffffffffff5f6114d1565b936002915017928661146a565b909192955015806115c4575b611591575b50611456565b93905063ffffffff806115ae60c48660081b610324350101612345565b169416840393841161096057600817928661158b565b506115d563ffffffff821683612712565b63ffffffff6115ee60c48760081b610324350101612345565b1611611586565b5061160a60448660081b6103243501016122e7565b61028089015160070b9060070b13611446565b5f61141d565b63ffffffff5f611403565b6101e087015163ffffffff169450908481131561164e5750506002611385565b9350611385565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602160045260245ffd5b506040518091602082016020835281518091526020604084019201905f5b8181106116ae575050500390f35b91935091602060a0826116c460019488516120ab565b0194019101918493926116a0565b6020906116dd612177565b8282860101520161122f565b3461095c57602060031936011261095c576117056004356121b2565b005b3461095c5761012060031936011261095c576004356101007fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdc36011261095c5761174f612177565b506117598161239b565b5f52600360205260405f2060405190611771826120ec565b8054825260018101548060070b60208401528060401c60070b60408401528060801c60070b606084015260c01d60070b608083015260028101548060070b60a08401528060401c60070b60c08401528060801c60070b60e084015261010083019060c01d60070b815260038201548060070b6101208501526101408401908060401c60070b82528060801c60070b61016086015260c01d60070b61018085015267ffffffffffffffff600660048501549463ffffffff6101a08801968060070b8852818160401c166101c08a0152818160601c166101e08a0152818160801c166102008a0152818160a01c166102208a015260c01c1661024088015263ffffffff60058201548060070b6102608a01528060401c60070b6102808a0152848160801c166102a08a015260c01c166102c088015201548181166102e087015260401c166103008501526118c1612177565b925160070b60e085015160070b91602435928360070b9384810361095c576118f6946112a29361129c92505160070b90612428565b905160070b9060443560070b6044350361095c576112a26119289261129c61016087015160070b60443560070b612428565b61012083015160070b9060643560070b6064350361095c576112a261195e9261129c61018087015160070b60643560070b612428565b806040830152620f4240606083019105815261197b60248461271f565b6004811015611655578083521561199f575b60a08261199d60405180926120ab565bf35b516101c083015163ffffffff1692905f84821215611bd357505060015b60a43567ffffffffffffffff81169081810361095c575060e43567ffffffffffffffff811680820361095c576119ff915063ffffffff6102408601511690612712565b11159360c43563ffffffff81169081811415908161095c578715611bc557611a3563ffffffff80610200890151165b1684612712565b9715611bba5763ffffffff80610220880151165b169161026087015160070b60443560070b128015611ba4575b89861115611b5157505050505050600417925b63ffffffff6101e083015116808211611b44575b5067ffffffffffffffff6102a083015116610104359067ffffffffffffffff82169182810361095c5782821115611b3257500367ffffffffffffffff81116109605767ffffffffffffffff905b169161ea6083029280840461ea601490151715610960576102c0015163ffffffff1693841561152f5760a09463ffffffff9304808311611b26575b5060ff1660208401521660808201528261198d565b915060101760ff611b11565b50505067ffffffffffffffff5f611ad6565b9360029150179284611a89565b90919293949598501580611b8f575b611b6e575b50505050611a75565b90919296935061095c57508403938411610960576008179284808080611b65565b5050611b9b8285612712565b835f9110611b60565b5061028087015160070b60443560070b13611a62565b63ffffffff5f611a49565b611a3563ffffffff5f611a2e565b6101e083015163ffffffff1694509084811315611bf357505060026119bc565b93506119bc565b3461095c575f60031936011261095c576040518060206001549283815201809260015f527fb10e2d527612073b26eecdfd717e6a320cf44b4afac2b0732d9fcbe2b7fa0cf6905f5b818110611cb05750505081611c58910382612136565b604051918291602083019060208452518091526040830191905f5b818110611c81575050500390f35b825173ffffffffffffffffffffffffffffffffffffffff16845285945060209384019390920191600101611c73565b825473ffffffffffffffffffffffffffffffffffffffff16845260209093019260019283019201611c42565b3461095c57602060031936011261095c576004355f610300604051611d00816120ec565b8281528260208201528260408201528260608201528260808201528260a08201528260c08201528260e08201528261010082015282610120820152826101408201528261016082015282610180820152826101a0820152826101c0820152826101e08201528261020082015282610220820152826102408201528261026082015282610280820152826102a0820152826102c0820152826102e08201520152611da88161239b565b5f52600360205261032060405f2067ffffffffffffffff610300604051611dce816120ec565b82600685549586845260018101548060070b60208601528060401c60070b60408601528060801c60070b606086015260c01d60070b608085015260028101548060070b60a08601528060401c60070b60c08601528060801c60070b60e086015260c01d60070b61010085015260038101548060070b6101208601528060401c60070b6101408601528060801c60070b61016086015260c01d60070b61018085015263ffffffff60048201548060070b6101a0870152818160401c166101c0870152818160601c166101e0870152818160801c16610200870152818160a01c1661022087015260c01c1661024085015263ffffffff60058201548060070b6102608701528060401c60070b610280870152848160801c166102a087015260c01c166102c085015201548181166102e084015260401c1682820152604051938452602081015160070b6020850152604081015160070b6040850152606081015160070b6060850152608081015160070b608085015260a081015160070b60a085015260c081015160070b60c085015260e081015160070b60e085015261010081015160070b61010085015261012081015160070b61012085015261014081015160070b61014085015261016081015160070b61016085015261018081015160070b6101808501526101a081015160070b6101a085015263ffffffff6101c0820151166101c085015263ffffffff6101e0820151166101e085015263ffffffff6102008201511661020085015263ffffffff6102208201511661022085015263ffffffff6102408201511661024085015261026081015160070b61026085015261028081015160070b610280850152826102a0820151166102a085015263ffffffff6102c0820151166102c0850152826102e0820151166102e0850152015116610300820152f35b3461095c575f60031936011261095c576020907f00000000000000000000000000000000000000000000000000000000000000008152f35b805190600482101561165557608063ffffffff918193855260ff60208201511660208601526040810151604086015260608101516060860152015116910152565b610320810190811067ffffffffffffffff82111761210957604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff82111761210957604052565b6040519060a0820182811067ffffffffffffffff821117612109576040525f6080838281528260208201528260408201528260608201520152565b6121ba612499565b805f52600660205260ff60405f20541661222b57805f52600660205260405f2060017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0082541617905533907fac899e12758ee2b5370f1b2847edb3b50cdd70bdbc519892976fcfee52a38bef5f80a3565b50565b67ffffffffffffffff81116121095760051b60200190565b805182101561225a5760209160051b010190565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52603260045260245ffd5b6024358060070b810361095c5790565b6044358060070b810361095c5790565b6064358060070b810361095c5790565b6084358060070b810361095c5790565b60a4358060070b810361095c5790565b60c4358060070b810361095c5790565b358060070b810361095c5790565b6101c43563ffffffff8116810361095c5790565b6101e43563ffffffff8116810361095c5790565b6102443563ffffffff8116810361095c5790565b6102c43563ffffffff8116810361095c5790565b3563ffffffff8116810361095c5790565b6102a43567ffffffffffffffff8116810361095c5790565b6102e43567ffffffffffffffff8116810361095c5790565b3567ffffffffffffffff8116810361095c5790565b805f52600660205260ff60405f2054166109bc57805f52600460205260405f2054907f00000000000000000000000000000000000000000000000000000000000000008092106123e9575050565b805f52600460205260405f2054907f41c825d9000000000000000000000000000000000000000000000000000000005f5260045260245260445260645ffd5b81810392915f13801582851316918412161761096057565b81810292915f82127f800000000000000000000000000000000000000000000000000000000000000082141661096057818405149015171561096057565b9190915f838201938412911290801582169115161761096057565b335f52600260205260ff60405f205416156124b057565b7fe60a4051000000000000000000000000000000000000000000000000000000005f523360045260245ffd5b604051602081019060043582526024358060070b80910361095c5760408201526044358060070b80910361095c5760608201526064358060070b80910361095c5760808201526084358060070b80910361095c5760a082015260a4358060070b80910361095c5760c082015260c4358060070b80910361095c5760e082015260e4358060070b80910361095c57610100820152610104358060070b80910361095c57610120820152610124358060070b80910361095c57610140820152610144358060070b80910361095c57610160820152610164358060070b80910361095c57610180820152610184358060070b80910361095c576101a08201526101a4358060070b80910361095c576101c08201526101c43563ffffffff811680910361095c576101e08201526101e43563ffffffff811680910361095c576102008201526102043563ffffffff811680910361095c576102208201526102243563ffffffff811680910361095c576102408201526102443563ffffffff811680910361095c57610260820152610264358060070b80910361095c57610280820152610284358060070b80910361095c576102a08201526102a43567ffffffffffffffff811680910361095c576102c08201526102c43563ffffffff811680910361095c576102e08201526102e43567ffffffffffffffff811680910361095c576103008201526103043567ffffffffffffffff811680910361095c57610320820152610320815261270c61034082612136565b51902090565b9190820180921161096057565b6080820161274f67ffffffffffffffff61273883612386565b1667ffffffffffffffff6103008501511690612712565b9060608401918067ffffffffffffffff61276885612386565b16119081156128ab575b506128a2576127a567ffffffffffffffff6127966127908294612386565b94612386565b16826102e08601511690612712565b91161161289b576127b5826122e7565b602082015160070b9060070b1215918261287c575b8261285a575b82612838575b82612816575b826127f2575b5050156127ed575f90565b600390565b60c0919250604061280391016122e7565b91015160070b9060070b13155f806127e2565b9150612824604083016122e7565b60a082015160070b9060070b1215916127dc565b9150612846602083016122e7565b608082015160070b9060070b1315916127d6565b9150612868602083016122e7565b606082015160070b9060070b1215916127d0565b9150612887826122e7565b604082015160070b9060070b1315916127ca565b5050600290565b50505050600190565b905067ffffffffffffffff6128c260c08701612386565b16115f61277256",
  "deployedBytecode": "0x6080806040526004361015610012575f80fd5b5f3560e01c9081631703a018146120735750806355f1413714611cdc5780637a13196814611bfa5780638c6402be146117075780638e19899e146116e957806391b8cbf014610f65578063b8267db414610f41578063c7df14e214610f02578063e0d370ac14610d935763fcfa38721461008a575f80fd5b3461095c5761032060031936011261095c576100a4612499565b6004358015610d35576100b5612287565b6100bd612297565b60070b9060070b13610cd7576100d16122a7565b6100d96122b7565b60070b9060070b13610c79576100ed6122c7565b6100f56122d7565b60070b9060070b13610c1b576101096122f5565b63ffffffff80610117612309565b16911611610bbd5763ffffffff61012c612309565b1615610b5f5763ffffffff61013f61231d565b1615610b015763ffffffff610152612331565b1615610aa35767ffffffffffffffff610169612356565b1615610a455767ffffffffffffffff61018061236e565b16156109e75761018e6124dc565b805f52600660205260ff60405f2054166109bc57805f52600560205260405f2073ffffffffffffffffffffffffffffffffffffffff33165f5260205260ff60405f20541661098d57805f52600560205260405f2073ffffffffffffffffffffffffffffffffffffffff33165f5260205260405f2060017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00825416179055805f52600460205260405f209182547fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff811461096057600101809355600183146102fa575b602092604051818152837f1984215a520978f9e3ffea0c50b1e5db2449665cceda1914e411251e6bcbcb77863393a37f0000000000000000000000000000000000000000000000000000000000000000146102cf575b50604051908152f35b817f8a158fd943068aa54c9df8f6dd8b72529ebee3d144b3187124438e0a864270da5f80a35f6102c6565b815f52600360205260405f2081815561043c60018201610318612287565b7fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008254169067ffffffffffffffff16178155610397610355612297565b82907fffffffffffffffffffffffffffffffff0000000000000000ffffffffffffffff82549160401b6fffffffffffffffff0000000000000000169116179055565b6103ec6103a26122a7565b82907fffffffffffffffff0000000000000000ffffffffffffffffffffffffffffffff82549160801b77ffffffffffffffff00000000000000000000000000000000169116179055565b6103f46122b7565b77ffffffffffffffffffffffffffffffffffffffffffffffff7fffffffffffffffff00000000000000000000000000000000000000000000000083549260c01b169116179055565b600281016104486122c7565b7fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008254169067ffffffffffffffff161781556104856103556122d7565b60e4358060070b810361095c57815460809190911b77ffffffffffffffff00000000000000000000000000000000167fffffffffffffffff0000000000000000ffffffffffffffffffffffffffffffff909116178155610104358060070b810361095c57815477ffffffffffffffffffffffffffffffffffffffffffffffff1660c09190911b7fffffffffffffffff0000000000000000000000000000000000000000000000001617905560038101610124358060070b810361095c577fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008254169067ffffffffffffffff16178155610144358060070b810361095c57815460409190911b6fffffffffffffffff0000000000000000167fffffffffffffffffffffffffffffffff0000000000000000ffffffffffffffff909116178155610164358060070b810361095c57815460809190911b77ffffffffffffffff00000000000000000000000000000000167fffffffffffffffff0000000000000000ffffffffffffffffffffffffffffffff909116178155610184358060070b810361095c57815477ffffffffffffffffffffffffffffffffffffffffffffffff1660c09190911b7fffffffffffffffff00000000000000000000000000000000000000000000000016179055600481016101a4358060070b810361095c577fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008254169067ffffffffffffffff161781556106bb6122f5565b908054916fffffffff0000000000000000000000006106d8612309565b60601b1692610204359063ffffffff8216820361095c57610224359463ffffffff8616860361095c577fffffffffffffffff00000000ffffffffffffffffffffffffffffffffffffffff73ffffffff00000000000000000000000000000000927fffffffffffffffffffffffff000000000000000000000000ffffffffffffffff6bffffffff000000000000000077ffffffff00000000000000000000000000000000000000008a6107f09b5060a01b169760401b1691161716179160801b16171781556107a461231d565b7fffffffff00000000ffffffffffffffffffffffffffffffffffffffffffffffff7bffffffff00000000000000000000000000000000000000000000000083549260c01b169116179055565b6005810190610264358060070b810361095c577fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000008354169067ffffffffffffffff16178255610284358060070b810361095c57600692610891826108e7935082907fffffffffffffffffffffffffffffffff0000000000000000ffffffffffffffff82549160401b6fffffffffffffffff0000000000000000169116179055565b610899612356565b7fffffffffffffffff0000000000000000ffffffffffffffffffffffffffffffff77ffffffffffffffff0000000000000000000000000000000083549260801b1691161781556107a4612331565b019267ffffffffffffffff6108fa61236e565b16938054610304359567ffffffffffffffff8716870361095c577fffffffffffffffffffffffffffffffff000000000000000000000000000000006fffffffffffffffff0000000000000000886020995060401b169216171790559250610270565b5f80fd5b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b7fde180976000000000000000000000000000000000000000000000000000000005f526004523360245260445ffd5b7f44654674000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b60646040517f4be278ec00000000000000000000000000000000000000000000000000000000815260206004820152600860248201527f6d61784167654d730000000000000000000000000000000000000000000000006044820152fd5b60646040517f4be278ec00000000000000000000000000000000000000000000000000000000815260206004820152600d60248201527f63756d756c6174697665436170000000000000000000000000000000000000006044820152fd5b60646040517f4be278ec00000000000000000000000000000000000000000000000000000000815260206004820152600760248201527f6c656173654d73000000000000000000000000000000000000000000000000006044820152fd5b60646040517f4be278ec00000000000000000000000000000000000000000000000000000000815260206004820152600660248201527f737465704d7300000000000000000000000000000000000000000000000000006044820152fd5b60646040517f4be278ec00000000000000000000000000000000000000000000000000000000815260206004820152600860248201527f646f7365486967680000000000000000000000000000000000000000000000006044820152fd5b60646040517f0b5e617600000000000000000000000000000000000000000000000000000000815260206004820152600460248201527f646f7365000000000000000000000000000000000000000000000000000000006044820152fd5b60646040517f0b5e617600000000000000000000000000000000000000000000000000000000815260206004820152600a60248201527f73617475726174696f6e000000000000000000000000000000000000000000006044820152fd5b60646040517f0b5e617600000000000000000000000000000000000000000000000000000000815260206004820152600860248201527f70726573737572650000000000000000000000000000000000000000000000006044820152fd5b60646040517f0b5e617600000000000000000000000000000000000000000000000000000000815260206004820152600960248201527f68656172745261746500000000000000000000000000000000000000000000006044820152fd5b60646040517f4be278ec00000000000000000000000000000000000000000000000000000000815260206004820152600c60248201527f646f63756d656e744861736800000000000000000000000000000000000000006044820152fd5b3461095c575f60031936011261095c576040515f905f54918260011c60018416938415610ef8575b602082108514610ecb578184526020840194908115610e925750600114610e36575b5090610ded816040930382612136565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f8351948593602085525180918160208701528686015e5f85828601015201168101030190f35b5f8080527f290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563939250905b808210610e7857509091508101602001610ded610ddd565b919260018160209254838588010152019101909291610e60565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0016855250151560051b82016020019050610ded610ddd565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602260045260245ffd5b90607f1690610dbb565b3461095c57602060031936011261095c576040600435805f526004602052815f2054905f52600660205260ff825f205416825191825215156020820152f35b3461095c5761032060031936011261095c576020610f5d6124dc565b604051908152f35b3461095c576003193601610340811261095c576103201361095c5767ffffffffffffffff610324351161095c573660236103243501121561095c5767ffffffffffffffff61032435600401351161095c57366024610324356004013560081b6103243501011161095c57604051610fdb816120ec565b60043581526024358060070b810361095c5760208201526044358060070b810361095c5760408201526064358060070b810361095c5760608201526084358060070b810361095c57608082015260a4358060070b810361095c5760a082015260c4358060070b810361095c5760c082015260e4358060070b810361095c5760e0820152610104358060070b810361095c57610100820152610124358060070b810361095c57610120820152610144358060070b810361095c57610140820152610164358060070b810361095c57610160820152610184358060070b810361095c576101808201526101a4358060070b810361095c576101a08201526101c43563ffffffff8116810361095c576101c08201526101e43563ffffffff8116810361095c576101e08201526102043563ffffffff8116810361095c576102008201526102243563ffffffff8116810361095c576102208201526102443563ffffffff8116810361095c57610240820152610264358060070b810361095c57610260820152610284358060070b810361095c576102808201526102a43567ffffffffffffffff8116810361095c576102a08201526102c43563ffffffff8116810361095c576102c08201526102e43567ffffffffffffffff8116810361095c576102e08201526103043567ffffffffffffffff8116810361095c576103008201526111e9610324356004013561222e565b6111f66040519182612136565b60046103243501358082527fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe09061122c9061222e565b015f5b8181106116d25750505f5b610324356004013581101561168257611251612177565b90620f42406113126112dd6112a86101a088015160070b6112a260e08a015160070b61129c61128a60248a60081b6103243501016122e7565b60070b6101408d015160070b90612428565b90612440565b9061247e565b6112a261010089015160070b61129c6112cb60448960081b6103243501016122e7565b60070b6101608c015160070b90612428565b6112a261012088015160070b61129c61130060648860081b6103243501016122e7565b60070b6101808b015160070b90612428565b80604085015205606083015261133360248260081b6103243501018561271f565b60048110156116555780835215611364575b6001916113528285612246565b5261135d8184612246565b500161123a565b60608201516101c085015163ffffffff1692905f8482121561162e57505060015b61139960a48460081b610324350101612386565b67ffffffffffffffff6113cd816113ba60e48860081b610324350101612386565b1663ffffffff6102408b01511690612712565b911610159361140a63ffffffff6113ee60c48760081b610324350101612345565b1686156116235763ffffffff806102008b0151165b1690612712565b941561161d5763ffffffff610220880151165b61143160448660081b6103243501016122e7565b61026089015160070b9060070b1280156115f5575b8683111561157a57505050600417925b63ffffffff6101e08701511680821161156d575b5067ffffffffffffffff6102a0870151166101048460081b61032435010167ffffffffffffffff61149a82612386565b1682111561155c576114b467ffffffffffffffff91612386565b16900367ffffffffffffffff81116109605767ffffffffffffffff905b169061ea6082029180830461ea6014901517156109605763ffffffff6102c08801511694851561152f5760019563ffffffff9304808311611523575b5060ff1660208401521660808201529150611345565b915060101760ff61150d565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601260045260245ffd5b505067ffffffffffffffff5f6114d1565b936002915017928661146a565b909192955015806115c4575b611591575b50611456565b93905063ffffffff806115ae60c48660081b610324350101612345565b169416840393841161096057600817928661158b565b506115d563ffffffff821683612712565b63ffffffff6115ee60c48760081b610324350101612345565b1611611586565b5061160a60448660081b6103243501016122e7565b61028089015160070b9060070b13611446565b5f61141d565b63ffffffff5f611403565b6101e087015163ffffffff169450908481131561164e5750506002611385565b9350611385565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602160045260245ffd5b506040518091602082016020835281518091526020604084019201905f5b8181106116ae575050500390f35b91935091602060a0826116c460019488516120ab565b0194019101918493926116a0565b6020906116dd612177565b8282860101520161122f565b3461095c57602060031936011261095c576117056004356121b2565b005b3461095c5761012060031936011261095c576004356101007fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdc36011261095c5761174f612177565b506117598161239b565b5f52600360205260405f2060405190611771826120ec565b8054825260018101548060070b60208401528060401c60070b60408401528060801c60070b606084015260c01d60070b608083015260028101548060070b60a08401528060401c60070b60c08401528060801c60070b60e084015261010083019060c01d60070b815260038201548060070b6101208501526101408401908060401c60070b82528060801c60070b61016086015260c01d60070b61018085015267ffffffffffffffff600660048501549463ffffffff6101a08801968060070b8852818160401c166101c08a0152818160601c166101e08a0152818160801c166102008a0152818160a01c166102208a015260c01c1661024088015263ffffffff60058201548060070b6102608a01528060401c60070b6102808a0152848160801c166102a08a015260c01c166102c088015201548181166102e087015260401c166103008501526118c1612177565b925160070b60e085015160070b91602435928360070b9384810361095c576118f6946112a29361129c92505160070b90612428565b905160070b9060443560070b6044350361095c576112a26119289261129c61016087015160070b60443560070b612428565b61012083015160070b9060643560070b6064350361095c576112a261195e9261129c61018087015160070b60643560070b612428565b806040830152620f4240606083019105815261197b60248461271f565b6004811015611655578083521561199f575b60a08261199d60405180926120ab565bf35b516101c083015163ffffffff1692905f84821215611bd357505060015b60a43567ffffffffffffffff81169081810361095c575060e43567ffffffffffffffff811680820361095c576119ff915063ffffffff6102408601511690612712565b11159360c43563ffffffff81169081811415908161095c578715611bc557611a3563ffffffff80610200890151165b1684612712565b9715611bba5763ffffffff80610220880151165b169161026087015160070b60443560070b128015611ba4575b89861115611b5157505050505050600417925b63ffffffff6101e083015116808211611b44575b5067ffffffffffffffff6102a083015116610104359067ffffffffffffffff82169182810361095c5782821115611b3257500367ffffffffffffffff81116109605767ffffffffffffffff905b169161ea6083029280840461ea601490151715610960576102c0015163ffffffff1693841561152f5760a09463ffffffff9304808311611b26575b5060ff1660208401521660808201528261198d565b915060101760ff611b11565b50505067ffffffffffffffff5f611ad6565b9360029150179284611a89565b90919293949598501580611b8f575b611b6e575b50505050611a75565b90919296935061095c57508403938411610960576008179284808080611b65565b5050611b9b8285612712565b835f9110611b60565b5061028087015160070b60443560070b13611a62565b63ffffffff5f611a49565b611a3563ffffffff5f611a2e565b6101e083015163ffffffff1694509084811315611bf357505060026119bc565b93506119bc565b3461095c575f60031936011261095c576040518060206001549283815201809260015f527fb10e2d527612073b26eecdfd717e6a320cf44b4afac2b0732d9fcbe2b7fa0cf6905f5b818110611cb05750505081611c58910382612136565b604051918291602083019060208452518091526040830191905f5b818110611c81575050500390f35b825173ffffffffffffffffffffffffffffffffffffffff16845285945060209384019390920191600101611c73565b825473ffffffffffffffffffffffffffffffffffffffff16845260209093019260019283019201611c42565b3461095c57602060031936011261095c576004355f610300604051611d00816120ec565b8281528260208201528260408201528260608201528260808201528260a08201528260c08201528260e08201528261010082015282610120820152826101408201528261016082015282610180820152826101a0820152826101c0820152826101e08201528261020082015282610220820152826102408201528261026082015282610280820152826102a0820152826102c0820152826102e08201520152611da88161239b565b5f52600360205261032060405f2067ffffffffffffffff610300604051611dce816120ec565b82600685549586845260018101548060070b60208601528060401c60070b60408601528060801c60070b606086015260c01d60070b608085015260028101548060070b60a08601528060401c60070b60c08601528060801c60070b60e086015260c01d60070b61010085015260038101548060070b6101208601528060401c60070b6101408601528060801c60070b61016086015260c01d60070b61018085015263ffffffff60048201548060070b6101a0870152818160401c166101c0870152818160601c166101e0870152818160801c16610200870152818160a01c1661022087015260c01c1661024085015263ffffffff60058201548060070b6102608701528060401c60070b610280870152848160801c166102a087015260c01c166102c085015201548181166102e084015260401c1682820152604051938452602081015160070b6020850152604081015160070b6040850152606081015160070b6060850152608081015160070b608085015260a081015160070b60a085015260c081015160070b60c085015260e081015160070b60e085015261010081015160070b61010085015261012081015160070b61012085015261014081015160070b61014085015261016081015160070b61016085015261018081015160070b6101808501526101a081015160070b6101a085015263ffffffff6101c0820151166101c085015263ffffffff6101e0820151166101e085015263ffffffff6102008201511661020085015263ffffffff6102208201511661022085015263ffffffff6102408201511661024085015261026081015160070b61026085015261028081015160070b610280850152826102a0820151166102a085015263ffffffff6102c0820151166102c0850152826102e0820151166102e0850152015116610300820152f35b3461095c575f60031936011261095c576020907f00000000000000000000000000000000000000000000000000000000000000008152f35b805190600482101561165557608063ffffffff918193855260ff60208201511660208601526040810151604086015260608101516060860152015116910152565b610320810190811067ffffffffffffffff82111761210957604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff82111761210957604052565b6040519060a0820182811067ffffffffffffffff821117612109576040525f6080838281528260208201528260408201528260608201520152565b6121ba612499565b805f52600660205260ff60405f20541661222b57805f52600660205260405f2060017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0082541617905533907fac899e12758ee2b5370f1b2847edb3b50cdd70bdbc519892976fcfee52a38bef5f80a3565b50565b67ffffffffffffffff81116121095760051b60200190565b805182101561225a5760209160051b010190565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52603260045260245ffd5b6024358060070b810361095c5790565b6044358060070b810361095c5790565b6064358060070b810361095c5790565b6084358060070b810361095c5790565b60a4358060070b810361095c5790565b60c4358060070b810361095c5790565b358060070b810361095c5790565b6101c43563ffffffff8116810361095c5790565b6101e43563ffffffff8116810361095c5790565b6102443563ffffffff8116810361095c5790565b6102c43563ffffffff8116810361095c5790565b3563ffffffff8116810361095c5790565b6102a43567ffffffffffffffff8116810361095c5790565b6102e43567ffffffffffffffff8116810361095c5790565b3567ffffffffffffffff8116810361095c5790565b805f52600660205260ff60405f2054166109bc57805f52600460205260405f2054907f00000000000000000000000000000000000000000000000000000000000000008092106123e9575050565b805f52600460205260405f2054907f41c825d9000000000000000000000000000000000000000000000000000000005f5260045260245260445260645ffd5b81810392915f13801582851316918412161761096057565b81810292915f82127f800000000000000000000000000000000000000000000000000000000000000082141661096057818405149015171561096057565b9190915f838201938412911290801582169115161761096057565b335f52600260205260ff60405f205416156124b057565b7fe60a4051000000000000000000000000000000000000000000000000000000005f523360045260245ffd5b604051602081019060043582526024358060070b80910361095c5760408201526044358060070b80910361095c5760608201526064358060070b80910361095c5760808201526084358060070b80910361095c5760a082015260a4358060070b80910361095c5760c082015260c4358060070b80910361095c5760e082015260e4358060070b80910361095c57610100820152610104358060070b80910361095c57610120820152610124358060070b80910361095c57610140820152610144358060070b80910361095c57610160820152610164358060070b80910361095c57610180820152610184358060070b80910361095c576101a08201526101a4358060070b80910361095c576101c08201526101c43563ffffffff811680910361095c576101e08201526101e43563ffffffff811680910361095c576102008201526102043563ffffffff811680910361095c576102208201526102243563ffffffff811680910361095c576102408201526102443563ffffffff811680910361095c57610260820152610264358060070b80910361095c57610280820152610284358060070b80910361095c576102a08201526102a43567ffffffffffffffff811680910361095c576102c08201526102c43563ffffffff811680910361095c576102e08201526102e43567ffffffffffffffff811680910361095c576103008201526103043567ffffffffffffffff811680910361095c57610320820152610320815261270c61034082612136565b51902090565b9190820180921161096057565b6080820161274f67ffffffffffffffff61273883612386565b1667ffffffffffffffff6103008501511690612712565b9060608401918067ffffffffffffffff61276885612386565b16119081156128ab575b506128a2576127a567ffffffffffffffff6127966127908294612386565b94612386565b16826102e08601511690612712565b91161161289b576127b5826122e7565b602082015160070b9060070b1215918261287c575b8261285a575b82612838575b82612816575b826127f2575b5050156127ed575f90565b600390565b60c0919250604061280391016122e7565b91015160070b9060070b13155f806127e2565b9150612824604083016122e7565b60a082015160070b9060070b1215916127dc565b9150612846602083016122e7565b608082015160070b9060070b1315916127d6565b9150612868602083016122e7565b606082015160070b9060070b1215916127d0565b9150612887826122e7565b604082015160070b9060070b1315916127ca565b5050600290565b50505050600190565b905067ffffffffffffffff6128c260c08701612386565b16115f61277256",
  "immutables": [
    {
      "length": 32,
      "start": 673
    },
    {
      "length": 32,
      "start": 8328
    },
    {
      "length": 32,
      "start": 9151
    }
  ]
} as const;
