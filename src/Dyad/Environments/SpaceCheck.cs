using System.Globalization;

namespace Dyad.Environments;

/// <summary>Whether a space is one at all: a user's task may say anything.</summary>
internal static class SpaceCheck
{
    /// <summary>What is wrong with a space, in one sentence; null where nothing is.</summary>
    /// <param name="space">The space.</param>
    /// <param name="what">What it is of: "observation" or "action".</param>
    public static string? Fault(Space? space, string what)
    {
        switch (space)
        {
            case null:
                return $"the {what} space is null";
            case Discrete discrete:
                return discrete.Count > 0 ? null : $"the {what} space has {discrete.Count} values; it must have at least 1";
            case MultiDiscrete when what == "observation":
                return "the observation space is several choices; write them as one-hot vectors, one after the other, in a box";
            case MultiDiscrete several:
                return several.Counts is null || several.Counts.Length == 0 ? $"the {what} space has no choices; it must have at least 1"
                    : Array.FindIndex(several.Counts, count => count < 1) is var none and >= 0 ? $"choice {none} of the {what} space has {several.Counts[none]} values; it must have at least 1"
                    : several.Counts.Sum(count => (long)count) is var all and > int.MaxValue ? $"the choices of the {what} space have {all} values together; they must have at most {int.MaxValue}"
                    : null;
            case Box box when box.Low is null || box.High is null || box.Low.Length != box.High.Length || box.Low.Length == 0:
                return $"the {what} space has {box.Low?.Length ?? 0} lower and {box.High?.Length ?? 0} upper bounds; it must have as many of both, at least 1";
            case Box box:
                int bad = Enumerable.Range(0, box.Size).FirstOrDefault(i => !(box.Low[i] <= box.High[i]), -1);
                return bad < 0 ? null : string.Create(
                    CultureInfo.InvariantCulture, $"the {what} space's bounds {bad} are {box.Low[bad]} and {box.High[bad]}; the lower must not exceed the upper");
            default:
                return $"the {what} space is neither a box nor discrete, nor several discrete ones";
        }
    }
}
