// Made by tools/compile.mjs from solidity/LibraryRegister.sol. Do not edit: `--check` compiles it again.

/**
 * ABI and byte code of LibraryRegister. `sourceHash` is the SHA-256 of all sources and settings that went in;
 * `immutables` are the byte ranges of `deployedBytecode` that the constructor fills in, zero here.
 */
export const libraryRegisterArtifact = {
  "contractName": "LibraryRegister",
  "compiler": "0.8.37+commit.f401782d.Emscripten.clang",
  "evmVersion": "cancun",
  "sourceHash": "14de73657ec1925e8b05aa2859f9a675a23a5feb152bbcbc10b55ab65650d150",
  "abi": [
    {
      "inputs": [
        {
          "internalType": "string",
          "name": "site_",
          "type": "string"
        },
        {
          "internalType": "address",
          "name": "registrar_",
          "type": "address"
        }
      ],
      "stateMutability": "nonpayable",
      "type": "constructor"
    },
    {
      "inputs": [],
      "name": "HashMissing",
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
      "name": "NotTheRegistrar",
      "type": "error"
    },
    {
      "inputs": [
        {
          "internalType": "uint64",
          "name": "newest",
          "type": "uint64"
        },
        {
          "internalType": "uint64",
          "name": "given",
          "type": "uint64"
        }
      ],
      "name": "NumberNotAscending",
      "type": "error"
    },
    {
      "inputs": [],
      "name": "RegistrarMissing",
      "type": "error"
    },
    {
      "inputs": [],
      "name": "SiteMissing",
      "type": "error"
    },
    {
      "anonymous": false,
      "inputs": [
        {
          "indexed": true,
          "internalType": "bytes32",
          "name": "unit",
          "type": "bytes32"
        },
        {
          "indexed": true,
          "internalType": "bytes32",
          "name": "libraryHash",
          "type": "bytes32"
        },
        {
          "indexed": false,
          "internalType": "bytes32",
          "name": "releaseHash",
          "type": "bytes32"
        },
        {
          "indexed": false,
          "internalType": "uint64",
          "name": "number",
          "type": "uint64"
        },
        {
          "indexed": false,
          "internalType": "bytes32",
          "name": "replaces",
          "type": "bytes32"
        }
      ],
      "name": "LibraryReleased",
      "type": "event"
    },
    {
      "inputs": [
        {
          "internalType": "bytes32",
          "name": "unit",
          "type": "bytes32"
        }
      ],
      "name": "newest",
      "outputs": [
        {
          "components": [
            {
              "internalType": "bytes32",
              "name": "libraryHash",
              "type": "bytes32"
            },
            {
              "internalType": "bytes32",
              "name": "releaseHash",
              "type": "bytes32"
            },
            {
              "internalType": "uint64",
              "name": "number",
              "type": "uint64"
            },
            {
              "internalType": "uint64",
              "name": "recordedAt",
              "type": "uint64"
            }
          ],
          "internalType": "struct Release",
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
          "internalType": "bytes32",
          "name": "unit",
          "type": "bytes32"
        },
        {
          "internalType": "bytes32",
          "name": "libraryHash",
          "type": "bytes32"
        }
      ],
      "name": "numberOf",
      "outputs": [
        {
          "internalType": "uint64",
          "name": "",
          "type": "uint64"
        }
      ],
      "stateMutability": "view",
      "type": "function"
    },
    {
      "inputs": [
        {
          "internalType": "bytes32",
          "name": "unit",
          "type": "bytes32"
        },
        {
          "internalType": "bytes32",
          "name": "libraryHash",
          "type": "bytes32"
        },
        {
          "internalType": "bytes32",
          "name": "releaseHash",
          "type": "bytes32"
        },
        {
          "internalType": "uint64",
          "name": "number",
          "type": "uint64"
        }
      ],
      "name": "record",
      "outputs": [],
      "stateMutability": "nonpayable",
      "type": "function"
    },
    {
      "inputs": [],
      "name": "registrar",
      "outputs": [
        {
          "internalType": "address",
          "name": "",
          "type": "address"
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
    }
  ],
  "bytecode": "0x60a0604052346102515761093d8038038061001981610255565b9283398101906040818303126102515780516001600160401b0381116102515781019082601f830112156102515781516001600160401b0381116102205761006a601f8201601f1916602001610255565b9381855260208285010111610251576020815f92828096018388015e8501015201516001600160a01b0381168082036102515782511561024257156102345781516001600160401b038111610220575f54600181811c91168015610216575b602082101461020257601f8111610195575b50602092601f821160011461013657928192935f9261012b575b50508160011b915f199060031b1c1916175f555b6080526040516106c2908161027b8239608051818181610385015261046e0152f35b015190505f806100f5565b601f198216935f8052805f20915f5b86811061017d5750836001959610610165575b505050811b015f55610109565b01515f1960f88460031b161c191690555f8080610158565b91926020600181928685015181550194019201610145565b818111156100db575f8052601f820160051c7f290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563602084106101fa575b81601f9101920160051c03905f5b8281106101ed5750506100db565b5f828201556001016101df565b5f91506101d1565b634e487b7160e01b5f52602260045260245ffd5b90607f16906100c9565b634e487b7160e01b5f52604160045260245ffd5b62068fe560e81b5f5260045ffd5b6329b94cb960e01b5f5260045ffd5b5f80fd5b6040519190601f01601f191682016001600160401b038111838210176102205760405256fe6080806040526004361015610012575f80fd5b5f3560e01c9081630611429b146104075750806311360917146103a95780632b20e3971461033b57806399f290551461027c5763e0d370ac14610053575f80fd5b34610278575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610278576040515f905f548060011c9260018216938415610270575b602081108514610243578084526020840194849381156101ec5750600114610174575b5003601f017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe01681019067ffffffffffffffff8211818310176101475760409182527fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f8351948593602085525180918160208701528686015e5f85828601015201168101030190f35b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b5f80805291507f290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e5635b8183106101d057505081016020017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe06100bc565b602091935080600191548385880101520191019091839261019c565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0016865250151560051b820160200190507fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe06100bc565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602260045260245ffd5b607f16610099565b5f80fd5b346102785760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610278575f60606040516102ba816106a6565b82815282602082015282604082015201526004355f526001602052608060405f2067ffffffffffffffff604051916102f1836106a6565b8181549384815260026001840154936020830194855201549282606060408401938287168552019460401c1684526040519586525160208601525116604084015251166060820152f35b34610278575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261027857602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b346102785760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610278576004355f52600260205260405f206024355f52602052602067ffffffffffffffff60405f205416604051908152f35b346102785760807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102785760043560243591604435906064359067ffffffffffffffff82168092036102785773ffffffffffffffffffffffffffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016330361067a5784158015610672575b61064a57835f526001602052600260405f206104b8836106a6565b8054835260018101546020840152015467ffffffffffffffff8082169182604085015260401c1660608301528083111561061a5750916060917fb6692a486f844a08302e9cc1c2b48146f9480c0bf842ae88d4503eea5f92d8579360405161051f816106a6565b8781526020810184815267ffffffffffffffff80600260408501948786528981019483421686528c5f52600160205260405f209151825551600182015501935116167fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000835416178255517fffffffffffffffffffffffffffffffff0000000000000000ffffffffffffffff6fffffffffffffffff000000000000000083549260401b169116179055855f52600260205260405f20875f5260205260405f20827fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000825416179055519060405192835260208301526040820152a3005b90507f2cbc2ec8000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7f25f5f15e000000000000000000000000000000000000000000000000000000005f5260045ffd5b50821561049d565b7f5fff225a000000000000000000000000000000000000000000000000000000005f523360045260245ffd5b6080810190811067ffffffffffffffff8211176101475760405256",
  "deployedBytecode": "0x6080806040526004361015610012575f80fd5b5f3560e01c9081630611429b146104075750806311360917146103a95780632b20e3971461033b57806399f290551461027c5763e0d370ac14610053575f80fd5b34610278575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610278576040515f905f548060011c9260018216938415610270575b602081108514610243578084526020840194849381156101ec5750600114610174575b5003601f017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe01681019067ffffffffffffffff8211818310176101475760409182527fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f8351948593602085525180918160208701528686015e5f85828601015201168101030190f35b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b5f80805291507f290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e5635b8183106101d057505081016020017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe06100bc565b602091935080600191548385880101520191019091839261019c565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0016865250151560051b820160200190507fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe06100bc565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602260045260245ffd5b607f16610099565b5f80fd5b346102785760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610278575f60606040516102ba816106a6565b82815282602082015282604082015201526004355f526001602052608060405f2067ffffffffffffffff604051916102f1836106a6565b8181549384815260026001840154936020830194855201549282606060408401938287168552019460401c1684526040519586525160208601525116604084015251166060820152f35b34610278575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261027857602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b346102785760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610278576004355f52600260205260405f206024355f52602052602067ffffffffffffffff60405f205416604051908152f35b346102785760807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126102785760043560243591604435906064359067ffffffffffffffff82168092036102785773ffffffffffffffffffffffffffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016330361067a5784158015610672575b61064a57835f526001602052600260405f206104b8836106a6565b8054835260018101546020840152015467ffffffffffffffff8082169182604085015260401c1660608301528083111561061a5750916060917fb6692a486f844a08302e9cc1c2b48146f9480c0bf842ae88d4503eea5f92d8579360405161051f816106a6565b8781526020810184815267ffffffffffffffff80600260408501948786528981019483421686528c5f52600160205260405f209151825551600182015501935116167fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000835416178255517fffffffffffffffffffffffffffffffff0000000000000000ffffffffffffffff6fffffffffffffffff000000000000000083549260401b169116179055855f52600260205260405f20875f5260205260405f20827fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000825416179055519060405192835260208301526040820152a3005b90507f2cbc2ec8000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7f25f5f15e000000000000000000000000000000000000000000000000000000005f5260045ffd5b50821561049d565b7f5fff225a000000000000000000000000000000000000000000000000000000005f523360045260245ffd5b6080810190811067ffffffffffffffff8211176101475760405256",
  "immutables": [
    {
      "length": 32,
      "start": 901
    },
    {
      "length": 32,
      "start": 1134
    }
  ]
} as const;
