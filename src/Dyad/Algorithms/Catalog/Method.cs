using System.Diagnostics.CodeAnalysis;
using Dyad.Algorithms.Rules;
using Dyad.Core;
using Dyad.Numerics;

namespace Dyad.Algorithms.Catalog;

/// <summary>A method: which one it is, and what is told of it.</summary>
/// <param name="Id">Its identity, from which its name is printed.</param>
/// <param name="Description">What it is.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="DefaultSteps">Steps of a run unless the user says otherwise: environment steps, or iterations with a known model.</param>
/// <param name="Accepted">Its options by name, each with what it accepts.</param>
/// <param name="Neutral">All options with the values that they have where a stored configuration lacks them (<see cref="NeutralAttribute"/>).</param>
public abstract record Method(
    MethodId Id, string Description, string Source, long DefaultSteps, IReadOnlyList<(string Name, string Accepted)> Accepted,
    IReadOnlyList<(string Name, object Value)> Neutral)
{
    /// <summary>Name on the command line.</summary>
    public string Name => Id.Name;

    /// <summary>All its options with their values.</summary>
    /// <param name="preset">What a preset changes of an identity's defaults; null for the defaults.</param>
    public abstract IReadOnlyList<(string Name, object Value)> Values(Func<MethodId, IReadOnlyList<(string Name, string Value)>>? preset = null);

    /// <summary>A method whose options are a record.</summary>
    /// <param name="id">Its identity.</param>
    /// <param name="description">What it is.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="create">Makes a learner.</param>
    /// <param name="needs">What of a task the method needs and does not find; null where it can learn every task.</param>
    /// <param name="defaultSteps">Steps of a run unless the user says otherwise.</param>
    /// <param name="game">Rule and correction, of options that have them; changes of these make it another method of its family.</param>
    /// <param name="required">What an identity must change of its family beside rule and correction, by name.</param>
    internal static Method<TTask, TLearner> Of<TTask, TLearner, [DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        MethodId id,
        string description,
        string source,
        Func<TTask, TOptions, RandomStream, TLearner> create,
        Func<TTask, string?>? needs = null,
        long defaultSteps = 150_000,
        Func<TOptions, (RuleOptions Rule, ResidualOptions Correction)>? game = null,
        Func<MethodId, IReadOnlyList<(string Name, string Value)>>? required = null)
        where TOptions : class, new()
    {
        return new(id, description, source, defaultSteps, OptionBinder.Accepted<TOptions>(), OptionBinder.Neutral<TOptions>(), needs ?? (_ => null), Resolve);

        ResolvedMethod<TTask, TLearner> Resolve(
            IReadOnlyList<(string Name, string Value)> changes, Func<MethodId, IReadOnlyList<(string Name, string Value)>> preset)
        {
            MethodId resolved = id;
            if (game is not null)
            {
                (RuleOptions rule, ResidualOptions correction) = game(OptionBinder.Read<TOptions>([.. id.Changes, .. changes]));
                resolved = id.With(rule, correction);
            }

            TOptions options = OptionBinder.With<TOptions>([.. Own(resolved), .. changes]);
            return new(
                resolved,
                (task, stream) => needs?.Invoke(task) is string needed
                    ? throw new UserError($"{resolved.Name} needs {needed}, and those of the task are not")
                    : create(task, options, stream),
                OptionBinder.Values(options),
                OptionBinder.Values(OptionBinder.Read<TOptions>(Own(resolved))),
                OptionBinder.Values(OptionBinder.Read<TOptions>(Own(resolved.Plain))));

            // The family's preset, then the rule's and the correction's own options.
            IReadOnlyList<(string, string)> Own(MethodId method) => game is null
                ? preset(method)
                : [.. preset(method), .. required?.Invoke(method) ?? [], .. method.Changes];
        }
    }
}

/// <summary>A method with what makes its learners.</summary>
/// <typeparam name="TTask">What a learner is made for: an MDP, or the sizes of a task's spaces.</typeparam>
/// <typeparam name="TLearner">What is made.</typeparam>
public sealed record Method<TTask, TLearner> : Method
{
    private readonly Func<IReadOnlyList<(string Name, string Value)>, Func<MethodId, IReadOnlyList<(string Name, string Value)>>,
        ResolvedMethod<TTask, TLearner>> _resolve;

    internal Method(MethodId id, string description, string source, long defaultSteps, IReadOnlyList<(string Name, string Accepted)> accepted,
        IReadOnlyList<(string Name, object Value)> neutral, Func<TTask, string?> needs,
        Func<IReadOnlyList<(string Name, string Value)>, Func<MethodId, IReadOnlyList<(string Name, string Value)>>,
            ResolvedMethod<TTask, TLearner>> resolve)
        : base(id, description, source, defaultSteps, accepted, neutral)
    {
        Needs = needs;
        _resolve = resolve;
    }

    /// <summary>What of a task the method needs and does not find, as the end of a sentence; null where it can learn the task.</summary>
    public Func<TTask, string?> Needs { get; }

    /// <summary>
    /// The method with some options changed: a change of rule or correction makes it another method of its family, and every method
    /// is its family's preset, then what its rule and correction ask for, then the changes.
    /// </summary>
    /// <param name="changes">Options by name, with values as text.</param>
    /// <param name="preset">What a preset changes of an identity's defaults; null for the defaults.</param>
    /// <exception cref="UserError">There is no such option, or its value is not accepted.</exception>
    public ResolvedMethod<TTask, TLearner> With(
        IEnumerable<(string Name, string Value)> changes, Func<MethodId, IReadOnlyList<(string Name, string Value)>>? preset = null) =>
        _resolve([.. changes], preset ?? (_ => []));

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, object Value)> Values(Func<MethodId, IReadOnlyList<(string Name, string Value)>>? preset = null) =>
        With([], preset).Options;
}
