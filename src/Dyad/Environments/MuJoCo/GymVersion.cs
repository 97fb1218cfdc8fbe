namespace Dyad.Environments.MuJoCo;

/// <summary>Which of gym's definitions of a MuJoCo task; they differ in rewards, observations and ends of episodes.</summary>
internal enum GymVersion
{
    /// <summary>Gym's of 2018 to 2021, in most papers.</summary>
    V2,

    /// <summary>Gymnasium's on DeepMind's MuJoCo.</summary>
    V4,

    /// <summary>Gymnasium's present one.</summary>
    V5,
}
