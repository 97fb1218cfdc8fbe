using Dyad.Algorithms.Rules;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;

namespace Dyad.Algorithms;

/// <summary>Standard normal inputs of a game on a batch, by name: each is made when it is first asked for.</summary>
/// <param name="rows">Transitions in the batch.</param>
/// <param name="actionSize">Numbers in an action.</param>
public sealed class NoiseInputs(Extent rows, int actionSize)
{
    private readonly List<Input<float>> _inputs = [];

    /// <summary>All of it.</summary>
    internal IEnumerable<PinnedMemory<float>> Memory => _inputs.Select(input => input.Memory);

    /// <summary>The noise of that name, rows x action size.</summary>
    public Input<float> this[string name]
    {
        get
        {
            Input<float>? input = _inputs.Find(input => input.Name == name);
            if (input is null)
            {
                input = new Input<float>(name, rows, actionSize);
                _inputs.Add(input);
            }

            return input;
        }
    }

    /// <summary>Draws all of it, in the order in which it was first asked for.</summary>
    public void Draw(RandomStream random)
    {
        foreach (Input<float> input in _inputs)
        {
            random.Normal(input.Values);
        }
    }
}

/// <summary>
/// An agent's game on a batch of its own, at the agent's parameters of the moment: a program of it sees the agent learn, and the
/// agent notices nothing.
/// </summary>
public sealed class GameBatch
{
    private readonly OffPolicyExperience _experience;
    private readonly NoiseInputs _noise;
    private PinnedMemory<float>[]? _memory;

    internal GameBatch(IActorCritic method, Residual? residual, OffPolicyExperience experience, Extent rows)
    {
        _experience = experience;
        _noise = new NoiseInputs(rows, method.ActionSize);
        Transitions = new TransitionInputs<float>(rows, method.ObservationSize, method.ActionSize, method.Options.HasDiscounts);
        Plain = GameFor(method.FollowedCritic);
        Game = residual is null ? Plain : GameFor(residual.Corrected);

        ActorCriticGame<float> GameFor(TwinActionValue<float> followed)
        {
            ActorCriticGame<float> game = method.Game(Transitions, _noise, followed);
            return !method.Options.Correction.MeasuresCritic ? game : game with
            {
                CriticMeasures = [.. game.CriticMeasures, new(TdErrorMeter.Name, TdErrorMeter.Errors(game.CriticErrors))],
            };
        }
    }

    /// <summary>The batch.</summary>
    public TransitionInputs<float> Transitions { get; }

    /// <summary>Both costs, the actor's with its correction.</summary>
    public ActorCriticGame<float> Game { get; }

    /// <summary>The game on the same batch without a residual correction; the game itself where there is none.</summary>
    public ActorCriticGame<float> Plain { get; }

    /// <summary>Draws transitions of the agent's replay, and noise where the costs have some.</summary>
    /// <param name="random">The caller's stream.</param>
    public void Draw(RandomStream random) => Draw(random, random);

    /// <summary>What a draw writes.</summary>
    internal PinnedMemory<float>[] Memory => _memory ??= [.. Transitions.Memory, .. _noise.Memory];

    internal void Draw(RandomStream? sampling, RandomStream noise)
    {
        _experience.Sample(Transitions, sampling);
        if (Transitions.HasStarts)
        {
            _experience.SampleStarts(Transitions.StartObservation.Values, sampling);
        }

        _noise.Draw(noise);
    }
}
