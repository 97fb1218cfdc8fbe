using Dyad.Numerics;

namespace Dyad.Algorithms.Catalog;

/// <summary>A method with all its options settled.</summary>
/// <typeparam name="TTask">What a learner is made for: an MDP, or the sizes of a task's spaces.</typeparam>
/// <typeparam name="TLearner">What is made.</typeparam>
/// <param name="Id">Which method it is, after all changes.</param>
/// <param name="Create">Makes a learner of a task and a random stream.</param>
/// <param name="Options">All options with their values.</param>
/// <param name="Own">The same without changes: what name and preset say.</param>
/// <param name="Plain">The same of the family's method with neither leader nor correction, without changes.</param>
public sealed record ResolvedMethod<TTask, TLearner>(
    MethodId Id,
    Func<TTask, RandomStream, TLearner> Create,
    IReadOnlyList<(string Name, object Value)> Options,
    IReadOnlyList<(string Name, object Value)> Own,
    IReadOnlyList<(string Name, object Value)> Plain)
{
    /// <summary>Options whose values neither name nor preset say, in the order of all.</summary>
    public IReadOnlyList<(string Name, object Value)> Changed => [.. Options.Except(Own)];

    /// <summary>Options in which the method, without changes, is not the plain one of its family under the same preset.</summary>
    public IReadOnlyList<(string Name, object Value)> OffPlain => [.. Own.Except(Plain)];

    /// <summary>
    /// The update schedule as Algo-x-y (Wen et al. 2021, section 6.2), x and y being the steps of critic and res-critic for one of
    /// the actor: <c>SAC-10-0</c>, <c>Res-SAC-10-10</c>.
    /// </summary>
    public string ScheduleName => $"{Id.Title}-{Option("critic_updates") ?? 1}-{(Id.Corrected ? Option("residual_updates") : 0)}";

    private object? Option(string name) => Options.FirstOrDefault(option => option.Name == name).Value;
}
