using Dyad.Algorithms;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Training;

namespace Dyad.Benchmarks;

/// <summary>A rollout of PPO with everything that belongs to it: environment steps, advantages, all passes over it; 2 x 64 tanh, Adam.</summary>
public sealed class PpoRollout : IDisposable
{
    private const int Width = 64;
    private readonly AgentTraining _training;
    private readonly PpoOptions _options;
    private readonly AgentTask _task;

    /// <summary>A rollout in environments of a task.</summary>
    /// <param name="environment">Name of the task.</param>
    /// <param name="options">Sizes, with the default networks.</param>
    public PpoRollout(string environment, PpoOptions options)
    {
        _options = options;
        IEnvironment evaluation = New();
        _task = AgentTask.Of(evaluation);
        _training = new AgentTraining(
            Ppo.Agent(_task, options, new RandomStream(1).Split("agent")), New, evaluation, evaluationEpisodes: 1, seed: 1);

        IEnvironment New()
        {
            IEnvironment instance = EnvironmentRegistry.Create(environment);
            return instance.ActionSpace is Box ? new RescaleAction(instance) : instance;
        }
    }

    /// <summary>
    /// Float operations of the matrix products that it cannot do without: acting, values, and in each pass a gradient of both players,
    /// which is the forward pass, as much again for the weights, and all but the first layer for the layers between.
    /// </summary>
    public double Flop => _options.StepsPerEpoch * (Forward(Outputs) + Forward(1) + (_options.Passes * (Gradient(Outputs) + Gradient(1))));

    private int Outputs => _task.ActionCount > 0 ? _task.ActionCount : _task.ActionSize;

    /// <summary>One rollout.</summary>
    public void Run()
    {
        for (int i = 0; i < _options.StepsPerEpoch; i += _options.Environments)
        {
            _training.Advance();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _training.Dispose();

    private double Forward(int outputs) => 2.0 * ((_task.ObservationSize * Width) + (Width * Width) + (Width * outputs));

    private double Gradient(int outputs) => (2 * Forward(outputs)) + (2.0 * ((Width * Width) + (Width * outputs)));
}
