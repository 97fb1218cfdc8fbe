using System.Diagnostics.CodeAnalysis;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>A method by name, with options that are set by name.</summary>
/// <typeparam name="TTask">What a learner is made for: an MDP, or the sizes of a task's spaces.</typeparam>
/// <typeparam name="TLearner">What is made.</typeparam>
/// <param name="Name">Name on the command line.</param>
/// <param name="Description">What it is.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="DefaultSteps">Steps of a run unless the user says otherwise: environment steps, or iterations with a known model.</param>
/// <param name="Needs">What of a task the method needs and does not find, as the end of a sentence; null where it can learn the task.</param>
/// <param name="With">
/// The method with some options changed, given by name with values as text: what makes a learner of a task and a random stream,
/// and all options with their values. Throws a <see cref="UserError"/> where there is no such option, or its value is not
/// accepted.
/// </param>
/// <param name="Neutral">All options with the values that they have where a stored configuration lacks them (<see cref="NeutralAttribute"/>).</param>
public sealed record Method<TTask, TLearner>(
    string Name,
    string Description,
    string Source,
    long DefaultSteps,
    Func<TTask, string?> Needs,
    Func<IEnumerable<(string Name, string Value)>,
        (Func<TTask, RandomStream, TLearner> Create, IReadOnlyList<(string Name, object Value)> Options)> With,
    Func<IReadOnlyList<(string Name, object Value)>> Neutral);

/// <summary>Makes and finds methods.</summary>
public static class Method
{
    /// <summary>A method whose options are a record.</summary>
    /// <param name="name">Name on the command line.</param>
    /// <param name="description">What it is.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="create">Makes a learner.</param>
    /// <param name="needs">What of a task the method needs and does not find; null where it can learn every task.</param>
    /// <param name="defaultSteps">Steps of a run unless the user says otherwise.</param>
    /// <param name="defaults">Where the method's defaults differ from the record's, by name.</param>
    public static Method<TTask, TLearner> Of<TTask, TLearner, [DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        string name,
        string description,
        string source,
        Func<TTask, TOptions, RandomStream, TLearner> create,
        Func<TTask, string?>? needs = null,
        long defaultSteps = 150_000,
        params IReadOnlyList<(string Name, string Value)> defaults)
        where TOptions : class, new() => new(name, description, source, defaultSteps, needs ?? (_ => null), changes =>
        {
            TOptions options = OptionBinder.With<TOptions>(defaults.Concat(changes));
            return ((task, stream) => create(task, options, stream), OptionBinder.Values(options));
        }, OptionBinder.Neutral<TOptions>);

    /// <summary>A method by its name; null where there is none.</summary>
    public static Method<TTask, TLearner>? Find<TTask, TLearner>(IReadOnlyList<Method<TTask, TLearner>> methods, string name) =>
        methods.FirstOrDefault(method => method.Name == name);
}
