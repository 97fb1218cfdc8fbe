using System.Collections.Concurrent;

namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>
/// Each off-policy actor-critic in a short training run against a reference that replays it in double from the papers' formulas:
/// the actions it took, its networks, targets and temperature at the end, and its metrics. And the reference with one mechanism
/// gone is told from the agent: what an agent forgets, the first test sees.
/// </summary>
[Trait("Category", "unit")]
public sealed class OffPolicyReplayTests
{
    // In lengths of a step; and how far the loss of a mechanism is at least.
    private const double Tolerance = 1e-3, Told = 10 * Tolerance;

    private static readonly ReplaySettings Sac = new("sac"), Ddpg = new("ddpg"), Td3 = new("td3") { ActorDelay = 2, Steps = 16 };

    private static readonly ReplaySettings Leads = Sac with { Rule = "stackelberg", CriticUpdates = 1, Steps = 11 };

    private static readonly ReplaySettings Discrete = new("sac-discrete");

    // Batches by which no weight's derivative comes out as next to nothing, of which Adam's step would be rounding.
    private static readonly ReplaySettings LeadsDiscrete = Leads with { Method = "sac-discrete", BatchSize = 9, EntropyWeight = 0.6 };

    private static readonly ReplaySettings LeadsDdpg = Ddpg with { Rule = "stackelberg", NextAction = "current-policy", CriticUpdates = 1, Steps = 11 };

    private static readonly Dictionary<string, ReplaySettings> Plays = new()
    {
        ["sac"] = Sac,
        ["sac-together"] = Sac with { Order = "simultaneous", TwinCritics = false, TdErrors = true },
        ["ddpg"] = Ddpg with { TdErrors = true },
        ["ddpg-together"] = Ddpg with { Order = "simultaneous", NextAction = "current-policy" },
        ["td3"] = Td3 with { TdErrors = true },
        ["td3-together"] = Td3 with { Order = "simultaneous", NextAction = "current-policy" },
        ["sac-v"] = new("sac-v"),
        ["sac-v-copied"] = new("sac-v") { TargetUpdate = "periodic" },
        ["sac-n-steps"] = Sac with { NSteps = 3, Steps = 20 },
        ["ddpg-n-steps"] = Ddpg with { NSteps = 3, Steps = 20 },
        ["td3-n-steps"] = Td3 with { NSteps = 3, Steps = 20 },
        ["sac-v-n-steps"] = new("sac-v") { NSteps = 3, Steps = 20 },
        ["res-sac-n-steps"] = Sac with { Method = "res-sac", Residual = true, NSteps = 3, Steps = 20 },
        ["sac-environments"] = Sac with { Environments = 3, NSteps = 2, Steps = 24 },
        ["ddpg-environments"] = Ddpg with { Environments = 3, NSteps = 2, Steps = 24 },
        ["td3-environments"] = Td3 with { Environments = 3, Steps = 24 },
        ["sac-v-environments"] = new("sac-v") { Environments = 3, NSteps = 2, Steps = 24 },
        ["sac-clipped"] = Sac with { GradientClip = 1.5, Steps = 20 },
        ["ddpg-clipped"] = Ddpg with { GradientClip = 0.5, RateSchedule = "linear", ScheduleSteps = 16, ScheduleEnd = 0.3, Steps = 20 },
        ["td3-clipped"] = Td3 with { GradientClip = 0.5, Steps = 20 },
        ["sac-v-clipped"] = new("sac-v") { GradientClip = 0.2, RateSchedule = "linear", ScheduleSteps = 30, Steps = 20 },
        ["sac-scheduled"] = Sac with { RateSchedule = "linear", ScheduleSteps = 11, ScheduleEnd = 0.2, Environments = 2 },
        ["td3-scheduled"] = Td3 with { RateSchedule = "linear", ScheduleSteps = 30, Steps = 20 },
        ["res-ddpg-clipped"] = Ddpg with
        {
            Method = "res-ddpg",
            Residual = true,
            GradientClip = 0.5,
            RateSchedule = "linear",
            ScheduleSteps = 20,
            ScheduleEnd = 0.1,
        },
        ["stsac-al-clipped"] = Leads with { Method = "stsac-al", GradientClip = 0.5, Steps = 15 },
        ["res-sac"] = Sac with { Method = "res-sac", Residual = true },
        ["res-sac-published"] = Sac with { Residual = true, ResidualReward = "as-published", Order = "simultaneous" },
        ["res-sac-random"] = Sac with { Method = "res-sac", Residual = true, ResidualStart = "random" },
        ["res-ddpg"] = Ddpg with { Method = "res-ddpg", Residual = true, ResidualClipRule = "adaptive" },
        ["res-td3"] = Td3 with { Method = "res-td3", Residual = true },
        ["stsac-al"] = Leads with { Method = "stsac-al", FollowerSteps = 2 },
        ["stsac-al-together"] = Leads with
        {
            Method = "stsac-al",
            Order = "simultaneous",
            FollowerSteps = 2,
            DampingSchedule = "exponential",
            ImplicitBound = 0.3,
        },
        ["stsac-al-by-conjugate-gradient"] = Leads with
        {
            Method = "stsac-al",
            TwinCritics = false,
            Solver = "conjugate-gradient",
            SolverIterations = 100,
        },
        ["stsac-cl"] = Leads with { Method = "stsac-cl", Leader = "critic", FollowerSteps = 2 },
        ["stsac-cl-together"] = Leads with { Method = "stsac-cl", Leader = "critic", Order = "simultaneous", FollowerSteps = 2 },
        ["stack-sac"] = Leads with
        {
            Method = "stack-sac",
            LeaderDerivative = "replayed-action",
            Curvature = "gauss-newton",
            Solver = "sample-space",
        },
        ["stack-sac-by-four-batches"] = Leads with { Method = "stack-sac", LeaderDerivative = "replayed-action", IndependentBatches = true },
        ["stack-sac-from-starts"] = Leads with { Method = "stack-sac", LeaderDerivative = "replayed-action", LeaderStates = "start" },
        ["stsac-al-from-starts"] = Leads with { Method = "stsac-al", LeaderStates = "start", IndependentBatches = true },
        ["stack-sac-from-starts-of-environments"] = Leads with
        {
            Method = "stack-sac",
            LeaderDerivative = "replayed-action",
            LeaderStates = "start",
            Environments = 3,
            Steps = 15,
        },
        ["res-stsac-al"] = Leads with { Residual = true },
        ["stddpg-al"] = LeadsDdpg with { Method = "stddpg-al", Curvature = "gauss-newton", Solver = "sample-space" },
        ["stddpg-cl"] = LeadsDdpg with { Method = "stddpg-cl", Leader = "critic", FollowerSteps = 2 },
        ["sttd3-al"] = LeadsDdpg with { Method = "sttd3-al", ActorDelay = 2, Order = "simultaneous" },
        ["stddpg-al-from-starts"] = LeadsDdpg with { Method = "stddpg-al", LeaderStates = "start", Curvature = "gauss-newton", Solver = "sample-space" },
        ["sac-discrete"] = Discrete with { TdErrors = true },
        ["sac-discrete-together"] = Discrete with { Order = "simultaneous", TwinCritics = false },
        ["sac-discrete-without-entropy-in-the-target"] = Discrete with { EntropyInTarget = false, Residual = true },
        ["res-sac-discrete"] = Discrete with { Method = "res-sac-discrete", Residual = true, ResidualClipRule = "adaptive" },
        ["stsac-discrete-al"] = LeadsDiscrete with { Method = "stsac-discrete-al", FollowerSteps = 2 },
        ["stsac-discrete-al-by-samples"] = LeadsDiscrete with { Curvature = "gauss-newton", Solver = "sample-space", Order = "simultaneous", ImplicitBound = 0.01 },
        ["stsac-discrete-al-by-conjugate-gradient"] = LeadsDiscrete with { TwinCritics = false, Solver = "conjugate-gradient", SolverIterations = 100 },
        ["stsac-discrete-cl"] = LeadsDiscrete with { Method = "stsac-discrete-cl", Leader = "critic", FollowerSteps = 2 },
        ["stack-sac-discrete"] = LeadsDiscrete with { HiddenWidth = 3, Method = "stack-sac-discrete", LeaderDerivative = "replayed-action", LeaderStates = "start", IndependentBatches = true },
        ["res-stsac-discrete-al"] = LeadsDiscrete with { HiddenWidth = 3, Residual = true },
        ["sttd3-al-from-starts"] = LeadsDdpg with { Method = "sttd3-al", LeaderStates = "start", ActorDelay = 2 },
    };

    private static readonly ConcurrentDictionary<string, Lazy<Recording>> Recordings = new();

    // Mechanisms, the plays that have them, and the settings without.
    private static readonly Loss[] CommonLosses =
    [
        // Acting and remembering, of every play.
        // Of finitely many actions an untrained policy is nearly as random (SacDiscreteTests).
        new("random steps at the start", x => !x.IsFinite, x => x with { RandomSteps = 0 }),
        new("one of the random steps", x => !x.IsFinite, x => x with { RandomSteps = x.RandomSteps - 1 }),
        new("exploration noise", _ => true, x => x with { ExplorationNoise = 0, Explores = false }),
        new("the mean action's tanh", x => !x.IsFinite, x => x with { MeanByClamp = true }),
        new("the newest transition", _ => true, x => x with { NewestDrawn = false }),
        new("termination", _ => true, x => x with { NeverTerminates = true }),
        new("truncation that is no termination", _ => true, x => x with { TruncationTerminates = true }),
        new("the failure that is not learned from", _ => true, x => x with { LearnsFailures = true }),
        new("the final observation", _ => true, x => x with { NextIsTheNextEpisodes = true }),

        // Returns of several steps, and several environments.
        new("n_steps", x => x.NSteps > 1, x => x with { NSteps = 1 }),
        new("the discount of several steps", x => x.NSteps > 1, x => x with { DiscountedOnce = true }),
        new("the steps before a cut", x => x.NSteps > 1, x => x with { CutsAreDropped = true }),
        new("the discount of as many steps as there are", x => x.NSteps > 1, x => x with { EndsAreDiscountedInFull = true }),
        new("the steps before a failure", x => x.NSteps > 1, x => x with { FailureDropsReturns = true }),
        new("the environments' own episodes", x => x is { Environments: > 1, NSteps: > 1 }, x => x with { EnvironmentsAreOne = true }),
        new("the updates of each step of a round", x => x.Environments > 1, x => x with { UpdatesOnceARound = true }),
        new("the end of the random steps within a round", x => x.Environments > 1, x => x with { RandomForWholeRounds = true }),

        // The schedule.
        new("update_after", _ => true, x => x with { UpdateAfter = 1 }),
        new("update_every", _ => true, x => x with { UpdateEvery = 1 }),
        new("updates_per_round", _ => true, x => x with { UpdatesPerRound = 1 }),
        new("critic_updates", x => x.CriticUpdates > 1, x => x with { CriticUpdates = 1 }),
        new("the order in turn", x => x.Order == "in-turn" && x.Method != "sac-v", x => x with { Order = "simultaneous" }),
        new("the simultaneous order", x => x.Order == "simultaneous", x => x with { Order = "in-turn" }),
        new("the critic's steps before the actor's", x => x.Order == "in-turn" && x.Method != "sac-v", x => x with { ActorFollowsOldCritic = true }),
        new("the delay", x => x.ActorDelay > 1, x => x with { ActorDelay = 1 }),

        // Networks and targets.
        new("the discount", _ => true, x => x with { Discount = 1 }),
        new("the target's movement", x => x.TargetUpdate != "periodic", x => x with { TargetCriticRate = 0 }),
        new("the target's lag", x => x.TargetUpdate != "periodic", x => x with { TargetCriticRate = 1 }),
        new("the target policy's movement", x => x.NextAction == "target-policy" && IsDeterministic(x), x => x with { TargetActorRate = 0 }),
        new("the target policy", x => x.NextAction == "target-policy" && IsDeterministic(x), x => x with { NextAction = "current-policy" }),
        new("the current policy", x => x.NextAction == "current-policy", x => x with { NextAction = "target-policy" }),
        new("the second critic's own numbers", HasTwins, x => x with { TwinsAlike = true }),
        new("the smaller critic", HasTwins, x => x with { FirstCriticAlone = true }),
        new("the smaller critic of each action", x => x.IsFinite && HasTwins(x), x => x with { SmallerOfMeans = true }),
        new("the sum over actions", x => x.IsFinite, x => x with { MeanOverActions = true }),
        new("the expectation over next actions", x => x.IsFinite, x => x with { OneDrawnNextAction = true }),
        new("target noise", HasNoise, x => x with { TargetNoise = 0 }),
        new("the target noise's clip", HasNoise, x => x with { TargetNoiseClip = 10 }),
        new("the periodic copy", x => x.TargetUpdate == "periodic", x => x with { TargetUpdate = "moving-average" }),
        new("the period", x => x.TargetUpdate == "periodic", x => x with { TargetPeriod = 2 }),
        new("the moving average", x => x.Method == "sac-v" && x.TargetUpdate != "periodic", x => x with { TargetUpdate = "periodic" }),

        // Steps.
        new("the actor's step length", _ => true, x => x with { ActorLearningRate = x.CriticLearningRate }),
        new("the critic's step length", _ => true, x => x with { CriticLearningRate = x.ActorLearningRate }),
        new("the value's step length", x => x.Method == "sac-v", x => x with { ValueLearningRate = x.ActorLearningRate }),
        new("the actor's rate power", x => x.Method != "sac-v", x => x with { ActorRatePower = 0 }),
        new("the critic's rate power", x => x.Method != "sac-v", x => x with { CriticRatePower = 0 }),
        new("the temperature", IsSac, x => x with { EntropyWeight = 1e-9, TuneEntropyWeight = false }),
        new("the temperature's tuning", IsSac, x => x with { TuneEntropyWeight = false }),
        new("the sign of the temperature's cost", IsSac, x => x with { EntropyLearningRate = -x.EntropyLearningRate }),
        new("the target entropy", x => IsSac(x) && !x.IsFinite, x => x with { TargetEntropyPerAction = -1 }),
        new("the target entropy's share of the largest", x => x.IsFinite, x => x with { TargetEntropyRatio = 1 }),
        new("the entropy in the target", x => x is { IsFinite: true, EntropyInTarget: true }, x => x with { EntropyInTarget = false }),
        new("the target without entropy", x => !x.EntropyInTarget, x => x with { EntropyInTarget = true }),

        // Clip and schedule.
        new("the clip", x => x.GradientClip > 0, x => x with { GradientClip = 1e6 }),
        new("the norm of the whole direction", x => x.GradientClip > 0, x => x with { ClipsByElement = true }),
        new("the critic's clip", x => x.GradientClip > 0, x => x with { CriticUnclipped = true }),
        new("the schedule", x => x.RateSchedule == "linear", x => x with { RateSchedule = "constant" }),
        new("the schedule's length", x => x.RateSchedule == "linear", x => x with { ScheduleSteps = 2 * x.ScheduleSteps }),
        new("the schedule's end", x => x.ScheduleEnd > 0, x => x with { ScheduleEnd = 0 }),

        // The correction.
        new("the correction", x => x.Residual, x => x with { Residual = false }),
        new("the res-critic's target's movement", x => x.Residual, x => x with { ResidualTargetRate = 0 }),
        new("the res-critic's target's lag", x => x.Residual, x => x with { ResidualTargetRate = 1 }),
        new("the residual clip", x => x.Residual, x => x with { ResidualClipRule = "none" }),
        new("the residual clip's movement", x => x.Residual && x.ResidualClipRule == "adaptive", x => x with { ResidualClipRate = 0 }),
        new("the residual clip's quantile", x => x.Residual && x.ResidualClipRule == "adaptive", x => x with { ResidualClipQuantile = 1 }),
        new("residual_updates", x => x.Residual, x => x with { ResidualUpdates = 1 }),
        new("the res-critic's step length", x => x.Residual, x => x with { ResidualLearningRate = x.ActorLearningRate }),
        new("the random res-critic", x => x.ResidualStart == "random", x => x with { ResidualStart = "zero" }),
        new("the res-critic of zeros", x => x is { Residual: true, ResidualStart: "zero" }, x => x with { ResidualStart = "random" }),
        new("the entropy in the residual reward", x => IsSac(x) && x is { Residual: true, ResidualReward: "correct", EntropyInTarget: true }, x => x with { ResidualReward = "as-published" }),
        new("the published residual reward", x => x.ResidualReward == "as-published", x => x with { ResidualReward = "correct" }),
    ];

    // Those that a leader brings, or that meet it.
    private static readonly Loss[] LeaderLosses =
    [
        new("the leader", _ => true, x => x with { Rule = "individual" }),
        new("the correction", x => x.Residual, x => x with { Residual = false }),
        new("the order in turn", x => x.Order == "in-turn", x => x with { Order = "simultaneous" }),
        new("the simultaneous order", x => x.Order == "simultaneous", x => x with { Order = "in-turn" }),
        new("the delay", x => x.ActorDelay > 1, x => x with { ActorDelay = 1 }),
        new("follower_steps", x => x.FollowerSteps > 1, x => x with { FollowerSteps = 1 }),
        new("the damping", _ => true, x => x with { Damping = x.Damping / 2 }),
        new("the damping's decay", x => x.DampingSchedule == "exponential", x => x with { DampingSchedule = "constant" }),
        new("the implicit bound", x => x.ImplicitBound > 0, x => x with { ImplicitBound = 0 }),
        new("the replayed action", x => x.LeaderDerivative == "replayed-action", x => x with { LeaderDerivative = "current-action" }),
        new("the current action", x => x.IsLedBy("actor") && x.LeaderDerivative == "current-action", x => x with { LeaderDerivative = "replayed-action" }),
        new("the clip", x => x.GradientClip > 0, x => x with { GradientClip = 1e6 }),
        new("the starts", x => x.LeadsFromStarts, x => x with { LeaderStates = "replayed" }),
        new("the replayed states", x => x.IsLedBy("actor") && x.LeaderStates == "replayed", x => x with { LeaderStates = "start" }),
        new("the starts' weight", x => x.LeadsFromStarts, x => x with { StartsUnweighted = true }),
        new("the environments' own episodes", x => x.LeadsFromStarts && x.Environments > 1, x => x with { EnvironmentsAreOne = true }),
        new("which states are starts", x => x.LeadsFromStarts, x => x with { EveryStateStarts = true }),
        new("the independent batches", x => x.IndependentBatches, x => x with { IndependentBatches = false }),
        new("the Hessian", x => x.IsLedBy("actor") && x.Curvature == "hessian", x => x with { Curvature = "gauss-newton" }),
        new("the Gauss-Newton curvature", x => x.Curvature == "gauss-newton", x => x with { Curvature = "hessian" }),
        new("the target's derivative", IsSac, x => x with { TargetGradient = false }),
    ];

    public static TheoryData<string> Names => [.. Plays.Keys];

    /// <summary>Each loss, in a play of each agent that has the mechanism.</summary>
    public static TheoryData<string, string> Losses
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach ((string play, Loss loss) in Plays
                .SelectMany(play => LossesOf(play.Value).Where(loss => loss.Has(play.Value)).Select(loss => (play.Key, loss)))
                .DistinctBy(pair => (Family(Plays[pair.Key]), pair.loss)))
            {
                data.Add(play, loss.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_agent_does_what_the_papers_say(string play)
    {
        Distance distance = Compare(play, Plays[play], double.PositiveInfinity);
        Assert.True(distance.Value <= Tolerance, $"{play}: {distance.Where} is off by {distance.Value:G3} steps");
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void The_loss_of_a_mechanism_is_seen(string play, string loss)
    {
        Distance distance = Compare(play, LossesOf(Plays[play]).Single(entry => entry.Name == loss).Without(Plays[play]), Told);
        Assert.True(distance.Value >= Told, $"{play} without {loss} is off by {distance.Value:G3} steps");
    }

    private static Loss[] LossesOf(ReplaySettings settings) => settings.Rule == "individual" ? CommonLosses : LeaderLosses;

    private static string Family(ReplaySettings x) => x.Method == "sac-v" ? x.Method : x.IsFinite ? "sac-discrete" : IsSac(x) ? "sac" : HasNoise(x) ? "td3" : "ddpg";

    private static bool IsSac(ReplaySettings x) => x.Method.Contains("sac", StringComparison.Ordinal);

    private static bool IsDeterministic(ReplaySettings x) => !IsSac(x);

    private static bool HasTwins(ReplaySettings x) => (IsSac(x) && x.TwinCritics) || HasNoise(x);

    private static bool HasNoise(ReplaySettings x) => x.Method.Contains("td3", StringComparison.Ordinal);

    private static Distance Compare(string play, ReplaySettings reference, double enough)
    {
        Recording recording = Recordings.GetOrAdd(play, name => new Lazy<Recording>(() => Recording.Of(Plays[name]))).Value;
        return Distance.Of(recording, ReferenceAgent.Create(reference, Recording.Stream), enough);
    }

    private sealed record Loss(string Name, Func<ReplaySettings, bool> Has, Func<ReplaySettings, ReplaySettings> Without);
}
