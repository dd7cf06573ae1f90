// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice One protocol for one drug: the numbers by which a dose follows from vitals. Identified by its hash, so never changed.
/// @dev Vitals in thousandths of their unit (80 bpm = 80000; mmHg; per cent). Doses in ng/kg/min.
/// @param documentHash SHA-256 of the document that people released: drug, reasons, sources, these numbers.
/// @param heartRateLow Lowest heart rate at which the protocol may dose; as `...High` the highest. Likewise the others.
/// @param alpha Weight of the heart rate, 1e-6 ug/kg/min for each bpm. May be negative.
/// @param beta Weight of the mean arterial pressure, for each mmHg.
/// @param gamma Weight of the saturation, for each per cent.
/// @param heartRateReference Heart rate at which alpha adds nothing. Zero: the formula as printed, see {DrugProtocol}.
/// @param intercept Dose of a patient who is at all references, 1e-9 ug/kg/min.
/// @param doseLow What a smaller result becomes.
/// @param doseHigh What a greater result becomes. Nothing ever exceeds it.
/// @param maxRise How much the dose may rise in one step.
/// @param maxFall How much it may fall in one step, unless the pressure frees the fall.
/// @param stepMs How long a step lasts: before it is over, the dose stays.
/// @param freeFallBelow Below this pressure the dose may fall at once (a drug that lowers it).
/// @param freeFallAbove Above this pressure the dose may fall at once (a drug that raises it).
/// @param cumulativeCap How much may be given in the window that the caller sums up, ng/kg.
/// @param leaseMs How long a dose runs when nobody renews it; the cap must leave room for all of it.
/// @param maxAgeMs Older vitals are stale.
/// @param maxLeadMs How far a monitor's clock may be ahead.
struct Protocol {
    bytes32 documentHash;
    int64 heartRateLow;
    int64 heartRateHigh;
    int64 pressureLow;
    int64 pressureHigh;
    int64 saturationLow;
    int64 saturationHigh;
    int64 alpha;
    int64 beta;
    int64 gamma;
    int64 heartRateReference;
    int64 pressureReference;
    int64 saturationReference;
    int64 intercept;
    uint32 doseLow;
    uint32 doseHigh;
    uint32 maxRise;
    uint32 maxFall;
    uint32 stepMs;
    int64 freeFallBelow;
    int64 freeFallAbove;
    uint64 cumulativeCap;
    uint32 leaseMs;
    uint64 maxAgeMs;
    uint64 maxLeadMs;
}

/// @notice What is asked: a patient's vitals, and what was given before.
/// @param heartRate Thousandths of a beat per minute.
/// @param pressure Mean arterial pressure, thousandths of a mmHg.
/// @param saturation Thousandths of a per cent.
/// @param measuredAtMs When the vitals were measured, milliseconds since 1970.
/// @param nowMs The asker's clock. The chain's own is not used: a block may be minutes old.
/// @param previousDose The dose that runs now, ng/kg/min; zero when none does.
/// @param previousAtMs When it was set; zero when none was.
/// @param delivered Given in the window up to now, with what was given and has not acted yet, ng/kg.
struct Request {
    int64 heartRate;
    int64 pressure;
    int64 saturation;
    uint64 measuredAtMs;
    uint64 nowMs;
    uint32 previousDose;
    uint64 previousAtMs;
    uint64 delivered;
}

/// @notice Whether the protocol gives a dose, and if not, why.
enum Verdict {
    Dose,
    ClockAhead,
    Stale,
    ConditionNotMet
}

/// @notice The answer. Without the verdict `Dose` the dose is zero and means nothing: it is not an order to stop.
/// @param limits Which bounds changed the dose: 1 low, 2 high, 4 rise, 8 fall, 16 cumulative cap; their sum.
/// @param accumulator The weighted sum before the division, 1e-15 g/kg/min; given with every verdict.
/// @param linearDose The accumulator in ng/kg/min, truncated towards zero, before any bound.
/// @param dose ng/kg/min after all bounds.
struct Answer {
    Verdict verdict;
    uint8 limits;
    int256 accumulator;
    int256 linearDose;
    uint32 dose;
}

/**
 * @title DrugProtocol
 * @notice A site's released protocols, and the dose that each gives. Asked with eth_call: an answer costs nothing and leaves
 * no trace here; the event of the authorisation says what was asked and answered.
 *
 * What it promises: an id always means the same numbers; the same numbers and the same question always give the same answer,
 * to the last digit; no answer exceeds the protocol's highest dose; nothing that fewer than `quorum` releasers released is
 * answered; nothing that was withdrawn is answered again.
 *
 * What it does not promise: that a protocol is good medicine, that the vitals are true, or that anybody may act on the answer.
 *
 * THE FORMULA AS PRINTED DOSES A HEALTHY PATIENT. Algorithm 2 of the method has D = alpha*HR + beta*BP + gamma*SpO2, without
 * intercept and without reference: a patient with normal vitals gets a dose that is not zero, and its sign depends on absolute
 * values. Here it is D = intercept + alpha*(HR-HRref) + beta*(MAP-MAPref) + gamma*(SpO2-SpO2ref), which is the same algebra
 * with an intercept. With intercept and references of zero it is the printed formula; release no such protocol for a patient.
 *
 * @dev Integers only. Thousandths of a vital times millionths of a coefficient are 1e-9 ug/kg/min, that is 1e-6 ng/kg/min; one
 * division by 1e6, truncating towards zero as Solidity and JavaScript's BigInt both do, ends the linear part. All sums are of
 * 64-bit values in 256 bits and cannot overflow. There is no owner, no proxy and no upgrade: other rules are another contract.
 */
contract DrugProtocol {
    uint8 private constant LIMIT_LOW = 1;
    uint8 private constant LIMIT_HIGH = 2;
    uint8 private constant LIMIT_RISE = 4;
    uint8 private constant LIMIT_FALL = 8;
    uint8 private constant LIMIT_CAP = 16;

    uint256 private immutable _quorum;
    string private _site;
    address[] private _releasers;
    mapping(address account => bool) private _isReleaser;
    mapping(bytes32 id => Protocol) private _protocols;
    mapping(bytes32 id => uint256) private _releases;
    mapping(bytes32 id => mapping(address releaser => bool)) private _releasedBy;
    mapping(bytes32 id => bool) private _withdrawn;

    /// @notice One of the people who may release has released this protocol.
    event ProtocolEndorsed(bytes32 indexed id, address indexed releaser, uint256 releases);
    /// @notice Enough of them have: the protocol is answered from now on.
    event ProtocolReleased(bytes32 indexed id, bytes32 indexed documentHash);
    /// @notice The protocol is not answered any more, for ever.
    event ProtocolWithdrawn(bytes32 indexed id, address indexed releaser);

    /// @notice The site's name is empty.
    error SiteMissing();
    /// @notice Releasers must be given in strictly ascending order, without the zero address.
    error ReleasersNotAscending(uint256 index, address previous, address given);
    /// @notice At least one release, at most one of each releaser.
    error QuorumOutOfRange(uint256 highest, uint256 given);
    /// @notice Only a releaser may do this.
    error NotAReleaser(address given);
    /// @notice This releaser has released this protocol before.
    error ReleasedBefore(bytes32 id, address releaser);
    /// @notice Nobody released a protocol with this id, or too few have.
    error NotReleased(bytes32 id, uint256 releases, uint256 needed);
    /// @notice The protocol was withdrawn; a corrected one has another id.
    error Withdrawn(bytes32 id);
    /// @notice A lower bound is above its upper one.
    error RangeEmpty(string field);
    /// @notice A field that bounds something is zero.
    error BoundMissing(string field);

    /**
     * @notice Fixes for ever who may release protocols here.
     * @param site_ The site whose protocols these are.
     * @param releasers_ Who may release and withdraw, strictly ascending.
     * @param quorum_ How many of them must release a protocol before it is answered.
     */
    constructor(string memory site_, address[] memory releasers_, uint256 quorum_) {
        if (bytes(site_).length == 0) revert SiteMissing();
        if (quorum_ == 0 || quorum_ > releasers_.length) revert QuorumOutOfRange(releasers_.length, quorum_);
        address previous = address(0);
        for (uint256 i = 0; i < releasers_.length; ++i) {
            address releaser = releasers_[i];
            if (releaser <= previous) revert ReleasersNotAscending(i, previous, releaser);
            _isReleaser[releaser] = true;
            previous = releaser;
        }
        _site = site_;
        _releasers = releasers_;
        _quorum = quorum_;
    }

    /**
     * @notice Says, as one releaser, that this protocol may be used. The release that completes the quorum puts it in force.
     * @dev Whoever releases sends the whole protocol, so that each has had it before them; a different digit is a different id.
     * @return id The protocol's id, as {idOf} gives it.
     */
    function release(Protocol calldata protocol) external returns (bytes32 id) {
        _checkReleaser();
        _checkBounds(protocol);
        id = _idOf(protocol);
        if (_withdrawn[id]) revert Withdrawn(id);
        if (_releasedBy[id][msg.sender]) revert ReleasedBefore(id, msg.sender);
        _releasedBy[id][msg.sender] = true;
        uint256 releases = ++_releases[id];
        if (releases == 1) _protocols[id] = protocol;
        emit ProtocolEndorsed(id, msg.sender, releases);
        if (releases == _quorum) emit ProtocolReleased(id, protocol.documentHash);
    }

    /// @notice Ends a protocol for ever. One releaser is enough: to withhold is the safe side.
    /// @dev Also an id that nobody has released yet, so that it never will be. Withdrawing twice says nothing new.
    function withdraw(bytes32 id) external {
        _checkReleaser();
        if (_withdrawn[id]) return;
        _withdrawn[id] = true;
        emit ProtocolWithdrawn(id, msg.sender);
    }

    /// @notice What a released protocol answers. Reverts with {NotReleased} or {Withdrawn}.
    function evaluate(bytes32 id, Request calldata request) external view returns (Answer memory) {
        _checkInForce(id);
        return _evaluate(_protocols[id], request);
    }

    /// @notice What any protocol, released or not, would answer to many questions: for those who review it before its release.
    function preview(Protocol calldata protocol, Request[] calldata requests)
        external
        pure
        returns (Answer[] memory answers)
    {
        Protocol memory rules = protocol;
        answers = new Answer[](requests.length);
        for (uint256 i = 0; i < requests.length; ++i) {
            answers[i] = _evaluate(rules, requests[i]);
        }
    }

    /// @notice The numbers of a protocol in force. Reverts with {NotReleased} or {Withdrawn}.
    function protocolOf(bytes32 id) external view returns (Protocol memory) {
        _checkInForce(id);
        return _protocols[id];
    }

    /// @notice How many releasers have released this id, and whether it was withdrawn.
    function statusOf(bytes32 id) external view returns (uint256 releases, bool withdrawn) {
        return (_releases[id], _withdrawn[id]);
    }

    /// @notice The id of a protocol: keccak256 of its ABI encoding. Says nothing about whether it was released.
    function idOf(Protocol calldata protocol) external pure returns (bytes32) {
        return _idOf(protocol);
    }

    /// @notice The site whose protocols these are.
    function site() external view returns (string memory) {
        return _site;
    }

    /// @notice Who may release and withdraw, ascending.
    function releasers() external view returns (address[] memory) {
        return _releasers;
    }

    /// @notice How many of them must release a protocol.
    function quorum() external view returns (uint256) {
        return _quorum;
    }

    function _checkReleaser() private view {
        if (!_isReleaser[msg.sender]) revert NotAReleaser(msg.sender);
    }

    function _checkInForce(bytes32 id) private view {
        if (_withdrawn[id]) revert Withdrawn(id);
        if (_releases[id] < _quorum) revert NotReleased(id, _releases[id], _quorum);
    }

    /// @dev What makes a protocol meaningless whoever releases it. Whether its numbers are wise is for people.
    function _checkBounds(Protocol calldata p) private pure {
        if (p.documentHash == 0) revert BoundMissing("documentHash");
        if (p.heartRateLow > p.heartRateHigh) revert RangeEmpty("heartRate");
        if (p.pressureLow > p.pressureHigh) revert RangeEmpty("pressure");
        if (p.saturationLow > p.saturationHigh) revert RangeEmpty("saturation");
        if (p.doseLow > p.doseHigh) revert RangeEmpty("dose");
        if (p.doseHigh == 0) revert BoundMissing("doseHigh");
        if (p.stepMs == 0) revert BoundMissing("stepMs");
        if (p.leaseMs == 0) revert BoundMissing("leaseMs");
        if (p.cumulativeCap == 0) revert BoundMissing("cumulativeCap");
        if (p.maxAgeMs == 0) revert BoundMissing("maxAgeMs");
    }

    function _idOf(Protocol calldata protocol) private pure returns (bytes32) {
        return keccak256(abi.encode(protocol));
    }

    /// @dev services/dosing/src/domain/protocol does the same in BigInt; a test compares both on many random inputs.
    function _evaluate(Protocol memory p, Request calldata r) private pure returns (Answer memory answer) {
        answer.accumulator = int256(p.intercept)
            + int256(p.alpha) * (int256(r.heartRate) - p.heartRateReference)
            + int256(p.beta) * (int256(r.pressure) - p.pressureReference)
            + int256(p.gamma) * (int256(r.saturation) - p.saturationReference);
        answer.linearDose = answer.accumulator / 1e6;
        answer.verdict = _judge(p, r);
        if (answer.verdict == Verdict.Dose) (answer.dose, answer.limits) = _bound(p, r, answer.linearDose);
    }

    /// @dev Clocks before freshness, freshness before the condition: old vitals meet no condition.
    function _judge(Protocol memory p, Request calldata r) private pure returns (Verdict) {
        uint256 latest = uint256(r.nowMs) + p.maxLeadMs;
        if (r.measuredAtMs > latest || r.previousAtMs > latest) return Verdict.ClockAhead;
        if (r.nowMs > uint256(r.measuredAtMs) + p.maxAgeMs) return Verdict.Stale;
        bool met = r.heartRate >= p.heartRateLow && r.heartRate <= p.heartRateHigh && r.pressure >= p.pressureLow
            && r.pressure <= p.pressureHigh && r.saturation >= p.saturationLow && r.saturation <= p.saturationHigh;
        return met ? Verdict.Dose : Verdict.ConditionNotMet;
    }

    /// @dev Range, then rate of change, then the range's top again (a dose from elsewhere may be above it), then the cap.
    function _bound(Protocol memory p, Request calldata r, int256 linear)
        private
        pure
        returns (uint32, uint8 limits)
    {
        uint256 dose;
        if (linear < int256(uint256(p.doseLow))) {
            (dose, limits) = (p.doseLow, LIMIT_LOW);
        } else if (linear > int256(uint256(p.doseHigh))) {
            (dose, limits) = (p.doseHigh, LIMIT_HIGH);
        } else {
            dose = uint256(linear);
        }

        bool stepOver = r.nowMs >= uint256(r.previousAtMs) + p.stepMs;
        uint256 highest = uint256(r.previousDose) + (stepOver ? p.maxRise : 0);
        uint256 fall = stepOver ? p.maxFall : 0;
        bool freeFall = r.pressure < p.freeFallBelow || r.pressure > p.freeFallAbove;
        if (dose > highest) {
            (dose, limits) = (highest, limits | LIMIT_RISE);
        } else if (!freeFall && dose + fall < r.previousDose) {
            (dose, limits) = (r.previousDose - fall, limits | LIMIT_FALL);
        }
        if (dose > p.doseHigh) (dose, limits) = (p.doseHigh, limits | LIMIT_HIGH);

        uint256 left = p.cumulativeCap > r.delivered ? p.cumulativeCap - r.delivered : 0;
        uint256 affordable = (left * 60_000) / p.leaseMs;
        if (dose > affordable) (dose, limits) = (affordable, limits | LIMIT_CAP);
        return (uint32(dose), limits);
    }
}
