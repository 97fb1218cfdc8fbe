using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Dyad.Core;
using Dyad.Environments.Wrappers;

namespace Dyad.Environments.Locating;

/// <summary>
/// What a name puts around its task: <c>Pendulum-v1+action_repeat=2+frame_stack=3</c>. They are applied in the order of the
/// parameters, from the inside out, however they were written; a time limit is inside of all, and so counts the task's own steps.
/// </summary>
/// <param name="ActionRepeat">Steps of the task that each action is taken for; rewards are summed.</param>
/// <param name="RewardScale">What an agent's rewards are multiplied by; evaluation reports the task's own.</param>
/// <param name="RewardClip">The largest magnitude of an agent's reward, after the scale; infinite for none.</param>
/// <param name="FrameStack">How many of the last observations are seen at once.</param>
internal sealed partial record TaskWrappers(int ActionRepeat = 1, double RewardScale = 1, double RewardClip = double.PositiveInfinity, int FrameStack = 1)
{
    private const int MostRepeats = 1000, MostFrames = 100, HashLength = 12;
    private const double SmallestReward = 1e-9, LargestReward = 1e9;

    private static readonly string[] Names = ["action_repeat", "reward_scale", "reward_clip", "frame_stack"];

    /// <summary>None.</summary>
    public static TaskWrappers None { get; } = new();

    /// <summary>Splits a name into the task's own and its wrappers; a file whose name reads like one with wrappers is that file.</summary>
    /// <exception cref="UserError">There is no such wrapper, its value is none, or it is given twice.</exception>
    public static (string Task, TaskWrappers Wrappers) Parse(string text)
    {
        string[] parts = Separator().Split(text);
        if (parts.Length == 1 || File.Exists(text))
        {
            return (text, None);
        }

        var wrappers = new TaskWrappers();
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (string part in parts[1..])
        {
            string[] pair = part.Split('=', 2);
            (string name, string value) = (pair[0], pair[1]);
            wrappers = name switch
            {
                "action_repeat" => wrappers with { ActionRepeat = (int)Number(text, name, value, 1, MostRepeats, isWhole: true) },
                "reward_scale" => wrappers with { RewardScale = Number(text, name, value, SmallestReward, LargestReward, isWhole: false) },
                "reward_clip" => wrappers with { RewardClip = Number(text, name, value, SmallestReward, LargestReward, isWhole: false) },
                "frame_stack" => wrappers with { FrameStack = (int)Number(text, name, value, 1, MostFrames, isWhole: true) },
                _ => throw new UserError($"'{text}': there is no wrapper '{name}'; {NearNames.Hint(name, Names)}"),
            };
            if (!named.Add(name))
            {
                throw new UserError($"'{text}' gives '{name}' twice");
            }
        }

        return (parts[0], wrappers);
    }

    /// <summary>The task's own name; the text itself where its wrappers are none.</summary>
    public static string Bare(string text) => Separator().Split(text) is { Length: > 1 } parts && !File.Exists(text) ? parts[0] : text;

    /// <summary>The name for folders of a task with wrappers; a hash tells apart what is too long for one and is cut.</summary>
    /// <param name="task">The task's own.</param>
    /// <param name="wrappers">The text of its wrappers.</param>
    public static string NameOf(string task, string wrappers)
    {
        string whole = task + wrappers;
        if (whole.Length <= FolderName.Longest)
        {
            return whole;
        }

        string hash = "-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole)))[..HashLength];
        return FolderName.Of(whole[..(FolderName.Longest - hash.Length)], "task") + hash;
    }

    /// <summary>What the name has behind the task's: in one order, and without what changes nothing.</summary>
    public override string ToString() => string.Concat(
        Text(Names[0], ActionRepeat, None.ActionRepeat), Text(Names[1], RewardScale, None.RewardScale),
        Text(Names[2], RewardClip, None.RewardClip), Text(Names[3], FrameStack, None.FrameStack));

    /// <summary>The task with all but what changes its rewards.</summary>
    public IEnvironment Around(IEnvironment task)
    {
        task = ActionRepeat > 1 ? new FrameSkip(task, ActionRepeat) : task;
        if (FrameStack == 1)
        {
            return task;
        }

        // The number of a state is no vector to put beside another.
        return new StackObservations(task.ObservationSpace is Discrete ? new OneHotObservation(task) : task, FrameStack);
    }

    /// <summary>The task with rewards as an agent learns from them.</summary>
    public IEnvironment AroundRewards(IEnvironment task) =>
        RewardScale != 1 || double.IsFinite(RewardClip) ? new TransformReward(task, RewardScale, RewardClip) : task;

    // A plus sign before a name and its value: neither an exponent nor a class within a class looks like that.
    [GeneratedRegex(@"\+(?=[A-Za-z_]+=)", RegexOptions.CultureInvariant)]
    private static partial Regex Separator();

    private static string Text(string name, double value, double neutral) =>
        value == neutral ? "" : string.Create(CultureInfo.InvariantCulture, $"+{name}={value:R}");

    private static double Number(string text, string name, string value, double least, double most, bool isWhole) =>
        NumberText.TryDouble(value, out double number)
            && number >= least && number <= most && (!isWhole || number == Math.Floor(number))
            ? number
            : throw new UserError(string.Create(
                CultureInfo.InvariantCulture, $"'{text}': {name} is '{value}'; it must be a {(isWhole ? "whole " : "")}number from {least} to {most}"));
}
