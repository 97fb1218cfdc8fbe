namespace Dyad.Tests.Unit.Algorithms.Replays;

/// <summary>
/// What is played. A property that a method has as an option, by its name in snake case, is given to the agent; the reference
/// reads all of them. Small networks, every mechanism on.
/// </summary>
internal sealed record ReplaySettings(string Method, long Steps = 14)
{
    public double Discount { get; init; } = 0.9;

    public int HiddenWidth { get; init; } = 4;

    public int HiddenLayers { get; init; } = 2;

    public int Environments { get; init; } = 1;

    public int NSteps { get; init; } = 1;

    public int BatchSize { get; init; } = 6;

    public int UpdateAfter { get; init; } = 7;

    public int UpdateEvery { get; init; } = 2;

    public int UpdatesPerRound { get; init; } = 2;

    public int RandomSteps { get; init; } = 4;

    public int CriticUpdates { get; init; } = 2;

    public double TargetRate { get; init; } = 0.3;

    public double ActorLearningRate { get; init; } = 0.02;

    public double CriticLearningRate { get; init; } = 0.03;

    public double ActorRatePower { get; init; } = 0.3;

    public double CriticRatePower { get; init; } = 0.2;

    public double GradientClip { get; init; }

    public string RateSchedule { get; init; } = "constant";

    public int ScheduleSteps { get; init; }

    public double ScheduleEnd { get; init; }

    // DDPG and TD3.
    public double ExplorationNoise { get; init; } = 0.3;

    public string NextAction { get; init; } = "target-policy";

    public double TargetNoise { get; init; } = 0.4;

    public double TargetNoiseClip { get; init; } = 0.3;

    public int ActorDelay { get; init; } = 1;

    // SAC.
    public double EntropyWeight { get; init; } = 0.3;

    public bool TuneEntropyWeight { get; init; } = true;

    public double TargetEntropyPerAction { get; init; } = -0.4;

    public double TargetEntropyRatio { get; init; } = 0.5;

    public bool EntropyInTarget { get; init; } = true;

    public double EntropyLearningRate { get; init; } = 0.05;

    public bool TwinCritics { get; init; } = true;

    public bool TargetGradient { get; init; } = true;

    public double ValueLearningRate { get; init; } = 0.04;

    public string TargetUpdate { get; init; } = "moving-average";

    public int TargetPeriod { get; init; } = 3;

    // The gradient rule.
    public string Rule { get; init; } = "individual";

    public string Leader { get; init; } = "actor";

    public string Order { get; init; } = "in-turn";

    public int FollowerSteps { get; init; } = 1;

    public string Solver { get; init; } = "exact";

    public int SolverIterations { get; init; } = 10;

    public double SolverTolerance { get; init; }

    public string Curvature { get; init; } = "hessian";

    public double Damping { get; init; } = 3;

    public string DampingSchedule { get; init; } = "constant";

    public double DampingDecaySteps { get; init; } = 5;

    public double ImplicitBound { get; init; }

    public string LeaderDerivative { get; init; } = "current-action";

    public string LeaderStates { get; init; } = "replayed";

    public bool IndependentBatches { get; init; }

    // The residual correction.
    public bool Residual { get; init; }

    public string ResidualStart { get; init; } = "zero";

    public string ResidualReward { get; init; } = "correct";

    public string ResidualClipRule { get; init; } = "fixed";

    public double ResidualClip { get; init; } = 0.5;

    public double ResidualClipQuantile { get; init; } = 0.6;

    public double ResidualClipRate { get; init; } = 0.3;

    public int ResidualUpdates { get; init; } = 2;

    public double ResidualLearningRate { get; init; } = 0.04;

    public bool TdErrors { get; init; }

    // What no option is for: what the reference would do if a part of it were gone. The agent knows nothing of these.
    internal double? TargetActorRate { get; init; }

    internal double? TargetCriticRate { get; init; }

    internal double? ResidualTargetRate { get; init; }

    internal bool TwinsAlike { get; init; }

    internal bool FirstCriticAlone { get; init; }

    internal bool SmallerOfMeans { get; init; }

    internal bool MeanOverActions { get; init; }

    internal bool OneDrawnNextAction { get; init; }

    internal bool Explores { get; init; } = true;

    internal bool MeanByClamp { get; init; }

    internal bool NewestDrawn { get; init; } = true;

    internal bool TruncationTerminates { get; init; }

    internal bool NeverTerminates { get; init; }

    internal bool LearnsFailures { get; init; }

    internal bool NextIsTheNextEpisodes { get; init; }

    internal bool ActorFollowsOldCritic { get; init; }

    internal bool StartsUnweighted { get; init; }

    internal bool EveryStateStarts { get; init; }

    internal bool ClipsByElement { get; init; }

    internal bool CriticUnclipped { get; init; }

    internal bool DiscountedOnce { get; init; }

    internal bool CutsAreDropped { get; init; }

    internal bool EndsAreDiscountedInFull { get; init; }

    internal bool FailureDropsReturns { get; init; }

    internal bool EnvironmentsAreOne { get; init; }

    internal bool UpdatesOnceARound { get; init; }

    internal bool RandomForWholeRounds { get; init; }

    /// <summary>Whether actions are finitely many.</summary>
    internal bool IsFinite => Method.Contains("discrete", StringComparison.Ordinal);

    /// <summary>Whether someone leads: <paramref name="player"/> is actor or critic.</summary>
    public bool IsLedBy(string player) => Rule == "stackelberg" && Leader == player;

    /// <summary>Whether a leading actor's own cost is a mean over states that episodes began in.</summary>
    public bool LeadsFromStarts => IsLedBy("actor") && LeaderStates == "start";

    /// <summary>m for the player that follows, 1 otherwise.</summary>
    public int StepsOf(string player) => Rule == "stackelberg" && Leader != player ? FollowerSteps : 1;
}
